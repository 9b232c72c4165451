import { type Answer, type Asked, counted, iso } from "../../trace/questions/ask/question.ts";
import type { ApiContext } from "../context.ts";
import { alarmPerformanceRoutes } from "../routes/alarm-performance.ts";
import { alarmRoutes } from "../routes/alarms.ts";
import { completenessRoutes } from "../routes/completeness.ts";
import { conditionRoutes } from "../routes/condition.ts";
import { productionRoutes } from "../routes/production.ts";
import { genealogyOf } from "../routes/trace/genealogy-of.ts";
import { answerOf, spanOf } from "./asked-of-api.ts";

const MINUTE_MS = 60_000;
/** From the tunnel's end to the wrapper, at most: what is packed so long after may have been in it. */
const TO_PACKING_MS = 15 * MINUTE_MS;
/** The tag of D90, by the names that plants give it. */
const FINENESS = /^(d90|particle_size)/;
/** How far back wear is looked for: the rolls of a refiner last weeks. */
const MOST_CONDITION_MS = 7 * 1_440 * MINUTE_MS;

interface Occurrences {
  readonly occurrences: readonly {
    readonly machine: string;
    readonly code: string;
    readonly tag: string | null;
    readonly raised_at: string;
    readonly cleared_at: string | null;
    readonly value: unknown;
  }[];
}

/** 17: what was packed of bars that left the tunnel too near to the dew point. */
export async function belowDewPoint(context: ApiContext, asked: Asked): Promise<Answer> {
  const { occurrences } = await answerOf<Occurrences>(alarmRoutes, "alarmHistory", context, {
    ...spanOf(asked),
    limit: 10_000,
  });
  const genealogy = genealogyOf(context);
  const rows: Record<string, string | number | null>[] = [];
  const units = new Set<string>();
  const wet = occurrences.filter(({ tag }) => tag?.startsWith("dew_point_margin") ?? false);
  for (const { machine, raised_at, cleared_at, value } of wet) {
    context.spend();
    const fromMs = Date.parse(raised_at);
    const toMs = cleared_at === null ? Math.min(asked.toMs, context.nowMs) : Date.parse(cleared_at);
    const margin = typeof value === "number" ? value : null;
    const line = machine.split("/").slice(0, 2).join("/");
    let packed = 0;
    for (const { body, machine: packer } of genealogy.events("AGGREGATED", {
      fromMs,
      toMs: toMs + 4 * TO_PACKING_MS,
    })) {
      if (body.unit_kind !== "case" || !packer.startsWith(`${line}/`)) continue;
      const touched = (body.contents ?? []).some(({ packed_from, packed_until }) => {
        if (packed_from === undefined || packed_until === undefined) return true;
        return Date.parse(packed_from) < toMs + TO_PACKING_MS && Date.parse(packed_until) >= fromMs;
      });
      if (!touched) continue;
      packed += 1;
      units.add(body.unit_id);
      const lots = [...new Set((body.contents ?? []).map(({ lot_id }) => lot_id))].join(" ");
      rows.push({ from: iso(fromMs), until: iso(toMs), machine, margin_k: margin, unit: body.unit_id, lots });
    }
    if (packed === 0)
      rows.push({ from: iso(fromMs), until: iso(toMs), machine, margin_k: margin, unit: null, lots: null });
  }
  return {
    verdict:
      wet.length === 0
        ? "No alarm says that bars left the tunnel below dew point + 2 K in this time."
        : `${counted(wet.length, "time")} bars left below dew point + 2 K; ${counted(units.size, "case")} may have some.`,
    rows,
  };
}

interface Condition {
  readonly findings: readonly {
    readonly machine: string;
    readonly tag: string;
    readonly kind: string;
    readonly says: string;
    readonly sure: number;
    readonly evidence: Readonly<Record<string, unknown>>;
  }[];
  readonly looked_at: readonly { readonly machine: string; readonly coverage: number }[];
}

/** 20: how D90 drifts with the hours of the rolls, and when they have to be reground. */
export async function refinerWear(context: ApiContext, asked: Asked): Promise<Answer> {
  const fromMs = Math.max(asked.fromMs, asked.toMs - MOST_CONDITION_MS);
  const { findings, looked_at } = await answerOf<Condition>(conditionRoutes, "condition", context, {
    ...spanOf({ fromMs, toMs: asked.toMs }),
    step: "s3_refining",
  });
  const rows = findings
    .filter(({ kind, tag }) => kind === "wear" || (kind === "drift" && FINENESS.test(tag)))
    .map(({ machine, tag, says, sure, evidence }) => ({
      ...{ machine, tag, says, sure },
      um_per_1000_roll_h: cell(evidence.per_1000),
      roll_h_now: cell(evidence.usage_now),
      regrind_at_roll_h: cell(evidence.usage_at_limit),
      regrind_on: cell(evidence.reached_on),
    }));
  const coverage = looked_at.length === 0 ? 0 : Math.min(...looked_at.map((each) => each.coverage));
  return {
    verdict:
      looked_at.length === 0
        ? "No refiner was heard in this time."
        : `${rows[0]?.says ?? "D90 doesn't drift."} Looked at ${counted(looked_at.length, "machine")}, measured ${(100 * coverage).toFixed(0)} % of the time.`,
    rows,
  };
}

function cell(value: unknown): string | number | null {
  return typeof value === "string" || typeof value === "number" ? value : null;
}

interface Performance {
  readonly coverage: number;
  readonly raised: number;
  readonly floods: readonly { readonly from: string; readonly alarms: number }[];
  readonly frequent: readonly {
    readonly machine: string;
    readonly code: string;
    readonly priority: string;
    readonly count: number;
    readonly share_pct: number;
    readonly longest_s: number | null;
    readonly chattered: number;
  }[];
  readonly measures: readonly { readonly measure: string; readonly found: number | null }[];
}

/** 21: the most frequent alarms, floods, and what stood unacknowledged for more than ten minutes. */
export async function worstAlarms(context: ApiContext, asked: Asked): Promise<Answer> {
  const found = await answerOf<Performance>(
    alarmPerformanceRoutes,
    "alarmPerformance",
    context,
    spanOf(asked),
  );
  const waited = found.measures.find(({ measure }) => measure === "unacknowledged")?.found ?? 0;
  const rows = found.frequent.map(({ machine, code, priority, count, share_pct, longest_s, chattered }) => ({
    ...{ machine, code, priority, count, share_pct, longest_s, chattered },
  }));
  const [worst] = rows;
  return {
    verdict:
      worst === undefined
        ? `No alarm called anybody in this time, of which ${(100 * found.coverage).toFixed(0)} % was heard.`
        : `${counted(found.raised, "alarm")}; most frequent ${worst.code} (${worst.count}); ${counted(found.floods.length, "flood")}; ${waited} unacknowledged for more than 10 min.`,
    rows,
  };
}

interface Known {
  readonly figures: readonly {
    readonly of: string;
    readonly group: string | null;
    readonly known_share: number | null;
  }[];
}

interface Stops {
  readonly stops: readonly {
    readonly of: string;
    readonly measured_at: string;
    readonly category: string;
    readonly code: string | null;
    readonly message: string | null;
    readonly count: number;
    readonly lost_ms: number;
    readonly share: number;
    readonly causes: readonly {
      readonly chain: readonly string[];
      readonly root_code: string | null;
      readonly lost_ms: number;
    }[];
  }[];
  readonly not_rated: readonly string[];
}

/** 22: why machines stood, and who starved or blocked them. */
export async function whyStopped(context: ApiContext, asked: Asked): Promise<Answer> {
  const { stops, not_rated } = await answerOf<Stops>(productionRoutes, "stops", context, spanOf(asked));
  const { figures } = await answerOf<Known>(productionRoutes, "oee", context, spanOf(asked));
  // That nothing stood is worth as much as is known of the time.
  const known = figures
    .filter(({ group }) => group === null)
    .map(
      ({ of, known_share: share }) => ` Of ${of} ${((share ?? 0) * 100).toFixed(0)} % of the time is known.`,
    )
    .join("");
  const rows = stops.map(({ of, measured_at, category, code, message, count, lost_ms, share, causes }) => {
    const [cause] = causes.toSorted((a, b) => b.lost_ms - a.lost_ms);
    return {
      ...{ line: of, machine: measured_at, category, code, message, count },
      ...{ lost_min: lost_ms / MINUTE_MS, share },
      by: cause?.chain.at(-1) ?? null,
      by_code: cause?.root_code ?? null,
    };
  });
  const [worst] = rows.toSorted((a, b) => b.lost_min - a.lost_min);
  const unrated = not_rated.length === 0 ? "" : ` Not rated, so not measured: ${not_rated.join(", ")}.`;
  return {
    verdict:
      worst === undefined
        ? `Nothing that was reported stood in this time.${known}${unrated}`
        : `${counted(rows.length, "reason")}; the longest ${worst.code ?? worst.category}, ${worst.lost_min.toFixed(0)} min${worst.by === null ? "" : `, by ${worst.by}`}.${known}${unrated}`,
    rows,
  };
}

interface Completeness {
  readonly totals: { readonly seen: number; readonly missing: number; readonly unsequenced: number };
  readonly publishers: readonly {
    readonly machine: string;
    readonly boot: string | null;
    readonly stored: number;
    readonly missing: number;
    readonly missing_ranges: readonly (readonly number[])[];
    readonly refilled: number;
    readonly duplicates: number;
    readonly quarantined: number;
  }[];
}

/** 24: what never came, came late or came twice. */
export async function completeness(context: ApiContext, asked: Asked): Promise<Answer> {
  const { totals, publishers } = await answerOf<Completeness>(
    completenessRoutes,
    "completeness",
    context,
    spanOf(asked),
  );
  const unnumbered =
    totals.unsequenced === 0
      ? ""
      : ` ${totals.unsequenced} came without numbers: nobody can tell what of those is missing.`;
  return {
    verdict: `${totals.missing === 0 ? `Complete: none of ${totals.seen} numbered messages is missing.` : `${totals.missing} of ${totals.seen} numbered messages are missing.`}${unnumbered}`,
    rows: publishers.map(
      ({ machine, boot, stored, missing, missing_ranges, refilled, duplicates, quarantined }) => ({
        ...{ machine, boot, stored, missing },
        missing_numbers: missing_ranges.map((range) => range.join("-")).join(" "),
        ...{ came_late: refilled, came_twice: duplicates, quarantined },
      }),
    ),
  };
}
