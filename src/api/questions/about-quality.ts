import { hash } from "node:crypto";
import { netContent, placesOf } from "../../monitor/quality/quality-questions.ts";
import { QUALITY_VIEW } from "../../monitor/quality/quality-view.ts";
import { characteristics, samplesOf } from "../../monitor/quality/samples.ts";
import { type Answer, type Asked, counted, iso } from "../../trace/questions/ask/question.ts";
import { findSubject } from "../../trace/questions/find-subject.ts";
import { recordOf } from "../batch-record.ts";
import type { ApiContext } from "../context.ts";
import { genealogyOf } from "../routes/trace/genealogy-of.ts";

const HOUR_MS = 3_600_000;

/** The batches that something stands for: itself, or those that its lots were made under. */
function batchesOf({ of = "", atMs }: Asked, context: ApiContext): string[] {
  const genealogy = genealogyOf(context);
  const subject = findSubject(genealogy, of, atMs);
  if (subject === undefined || subject.kind === "batch") return [of];
  return [...new Set(subject.lots.flatMap((lot) => genealogy.lot(lot)?.batch ?? []))];
}

/** 6: the temper index, continuous and from the laboratory, over the whole of a batch, with the share that was measured. */
export function temperIndex(context: ApiContext, asked: Asked): Answer {
  const { plant, views, spend } = context;
  const log = context.log();
  const sha256 = (text: string) => hash("sha256", text);
  const rows = batchesOf(asked, context).flatMap((batch) => {
    spend();
    const record = recordOf(batch, { plant, views, log, logEnd: log.end().id, sha256 });
    if (record === undefined) return [];
    const courses = record.courses
      .filter(({ tag }) => tag.startsWith("temper_index"))
      .map((each) => ({
        ...{ batch, by: each.machine, n: each.values, min: each.min, mean: each.mean, max: each.max },
        ...{ lower: each.limits.min ?? null, upper: each.limits.max ?? null, outside: each.outside },
        coverage: each.coverage,
      }));
    const results = record.results
      .filter(({ characteristic }) => characteristic.startsWith("temper_index"))
      .map((each) => ({
        ...{ batch, by: "laboratory", n: each.n, min: each.min },
        ...{ mean: each.numbers === 0 ? null : each.sum / each.numbers, max: each.max },
        ...{ lower: each.lower, upper: each.upper, outside: each.failed, coverage: null },
      }));
    return [...courses, ...results];
  });
  const outside = rows.reduce((sum, row) => sum + row.outside, 0);
  const measured = rows.flatMap(({ coverage }) => coverage ?? []);
  const least = measured.length === 0 ? undefined : Math.min(...measured);
  return {
    verdict:
      rows.length === 0
        ? `Nobody has measured a temper index of ${asked.of ?? "it"}.`
        : `${outside === 0 ? "In specification all the time" : `Out of specification in ${counted(outside, "value")} of ${rows.reduce((sum, { n }) => sum + n, 0)}`}; ${least === undefined ? "measured in samples only" : `measured ${(100 * least).toFixed(1)} % of the time`}.`,
    rows,
  };
}

/** 18: what packs weigh by the hour, against the law (76/211/EEC), and what is given away. */
export function weights(context: ApiContext, asked: Asked): Answer {
  const reading = context.views.reading(QUALITY_VIEW);
  const rows: Record<string, string | number | null>[] = [];
  for (const { machine, characteristic } of characteristics(reading)) {
    const { fromMs: sinceMs, toMs: untilMs } = asked;
    const samples = samplesOf(reading, { machine, characteristic, fromMs: sinceMs, toMs: untilMs });
    // The hours that have samples: the work goes by the data, however long the time asked for is.
    for (const fromMs of new Set(Iterator.from(samples).map(({ at_ms }) => hourOf(at_ms)))) {
      context.spend();
      const toMs = Math.min(asked.toMs, fromMs + HOUR_MS);
      const question = { machine, characteristic, fromMs: Math.max(fromMs, asked.fromMs), toMs };
      for (const { product, limits, weighed, weights: kept } of netContent(
        reading,
        context.plant,
        question,
      )) {
        rows.push({
          ...{ hour: iso(fromMs), machine, product, n: weighed.n, mean_g: kept.meanG },
          below_t1_pct: weighed.n === 0 ? 0 : (100 * weighed.belowT1) / weighed.n,
          below_t2: weighed.belowT2,
          reached_market_below_t2: kept.belowT2,
          giveaway_g: kept.meanG - limits.nominalG,
        });
      }
    }
  }
  const n = rows.reduce((sum, row) => sum + Number(row.n), 0);
  const gone = rows.reduce((sum, row) => sum + Number(row.reached_market_below_t2), 0);
  const given = rows.reduce((sum, row) => sum + Number(row.giveaway_g) * Number(row.n), 0);
  return {
    verdict:
      n === 0
        ? "Nobody has weighed a pack in this time."
        : `${n} packs weighed in ${counted(new Set(rows.map(({ hour }) => hour)).size, "hour")}; mean giveaway ${(given / n).toFixed(2)} g; ${gone} below T2 got past the gate.`,
    rows: rows.sort((a, b) => (String(a.hour) < String(b.hour) ? -1 : 1)),
  };
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

/** 19: which nozzle drifts from the others, and how sure that is. */
export function nozzles(context: ApiContext, { fromMs, toMs }: Asked): Answer {
  const reading = context.views.reading(QUALITY_VIEW);
  let samples = 0;
  const rows = characteristics(reading).flatMap(({ machine, characteristic }) => {
    context.spend();
    const found = placesOf(reading, { machine, characteristic, fromMs, toMs }, "nozzle");
    samples += found?.samples ?? 0;
    return (found?.places ?? []).map((each) => ({
      ...{ machine, characteristic, nozzle: each.place, n: each.n, offset: each.offset },
      ...{ drift_per_hour: each.driftPerHour, confidence: each.confidence, drifts: each.drifts },
      unit: found?.unit ?? null,
    }));
  });
  const drifting = rows.filter(({ drifts }) => drifts).map(({ nozzle }) => nozzle);
  return {
    verdict:
      samples === 0
        ? "No sample of this time says which nozzle it came from."
        : drifting.length === 0
          ? `None drifts, in ${counted(samples, "sample")}.`
          : `${drifting.length === 1 ? "Nozzle" : "Nozzles"} ${drifting.join(", ")} ${drifting.length === 1 ? "drifts" : "drift"}, in ${counted(samples, "sample")}.`,
    rows: rows.toSorted((a, b) => Number(b.drifts) - Number(a.drifts) || b.confidence - a.confidence),
  };
}
