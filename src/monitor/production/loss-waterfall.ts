import type { Span } from "../span.ts";
import type { MachineRecord } from "./machine-record.ts";
import { type OeeElements, oeeFigures, timeIn } from "./oee.ts";
import type { LossCategory } from "./time-use.ts";

/** Where the planned busy time went: milliseconds that sum to it exactly. */
export interface LossWaterfall {
  readonly plannedBusyMs: number;
  /** Stops by category and code, the longest first. */
  readonly stops: readonly {
    readonly category: LossCategory;
    readonly code: string | null;
    readonly lostMs: number;
  }[];
  /** Ran, and no reading of the counters covers it (yet). */
  readonly notCountedMs: number;
  /** Ran slower than rated; negative where it ran faster, which says that the rated speed is too low. */
  readonly speedMs: number;
  /** Spent on what was rejected. */
  readonly rejectedMs: number;
  /** What good product takes at rated speed. Without a rated speed: all counted running time. */
  readonly goodMs: number;
}

/** `elements` are those of the record in these parts; a line's quality ratio is measured at its end. */
export function lossWaterfall(
  record: MachineRecord,
  parts: readonly Span[],
  elements: OeeElements,
): LossWaterfall {
  const { qualityRatio } = oeeFigures(elements);
  const sums = new Map<string, { category: LossCategory; code: string | null; lostMs: number }>();
  for (const { use, category, code, fromMs, toMs } of timeIn(record, parts)) {
    if (use !== "stopped" || category === null) continue;
    const key = `${category} ${code}`;
    const known = sums.get(key) ?? { category, code, lostMs: 0 };
    sums.set(key, { ...known, lostMs: known.lostMs + toMs - fromMs });
  }
  const counted = elements.countedProductionMs;
  const rated = elements.plannedRunTimeMs === null ? counted : Math.round(elements.plannedRunTimeMs);
  const good = Math.round(rated * (qualityRatio ?? 1));
  return {
    plannedBusyMs: elements.plannedBusyMs,
    stops: [...sums.values()].sort((a, b) => b.lostMs - a.lostMs || (`${a.code}` < `${b.code}` ? -1 : 1)),
    notCountedMs: elements.actualProductionMs - counted,
    speedMs: counted - rated,
    rejectedMs: rated - good,
    goodMs: good,
  };
}
