import type { StopCategory } from "../../contract/schemas/state-v2.ts";
import type { StateInterval } from "../machine-state/state-intervals.ts";
import { overlap, type Span, touching } from "../span.ts";

/** What a loss is counted under: the machine's own category, or that it gave none. */
export type LossCategory = StopCategory | "unexplained";

/** What time was used for, in the order in which ISO 22400-2 takes it away. */
export type TimeUse =
  /** Outside shifts, or a planned break. */
  | "not_planned"
  /** No order, or an unplanned break: the work unit isn't meant to be busy. */
  | "not_busy"
  /** Nobody knows what the machine did. */
  | "unknown"
  | "stopped"
  | "producing";

/** A part of time with one use. */
export interface UsedTime extends Span {
  readonly use: TimeUse;
  /** Why it was not producing; null where it was, or nobody knows. */
  readonly category: LossCategory | null;
  readonly code: string | null;
  readonly message: string | null;
  /** The machine that it says starves or blocks it. */
  readonly causedBy: string | null;
}

/** Without a reason, a stop shorter than this is a minor stop: somebody cleared it and went on. */
const MINOR_STOP_MS = 300_000;

/** What each part of a machine's history was used for, given when it was planned to run; without a hole. */
export function usedTime(intervals: readonly StateInterval[], planned: readonly Span[]): UsedTime[] {
  return intervals.flatMap((interval) => {
    const use = useOf(interval);
    const parts: UsedTime[] = [];
    let reachedMs = interval.fromMs;
    const idle = (toMs: number) => {
      if (toMs > reachedMs) parts.push({ ...NOT_PLANNED, fromMs: reachedMs, toMs });
    };
    for (const span of touching(planned, interval)) {
      const part = overlap(interval, span);
      if (part === undefined) continue;
      idle(part.fromMs);
      parts.push({ ...use, ...part });
      reachedMs = part.toMs;
    }
    idle(interval.toMs);
    return parts;
  });
}

const NOT_PLANNED = {
  use: "not_planned",
  category: null,
  code: null,
  message: null,
  causedBy: null,
} as const;

function useOf(interval: StateInterval): Omit<UsedTime, keyof Span> {
  const { state, reason } = interval;
  const why = {
    code: reason?.code ?? null,
    message: reason?.message ?? null,
    causedBy: reason?.causedBy ?? null,
  };
  if (state === "unknown") return { use: "unknown", category: null, ...why };
  const category = categoryOf(interval);
  if (category === null) return { use: "producing", category, ...why };
  const busy = category !== "no_order" && category !== "break";
  return { use: busy ? "stopped" : "not_busy", category, ...why };
}

/** Null where the machine produces. */
function categoryOf({ state, mode, reason, fromMs, toMs }: StateInterval): LossCategory | null {
  const elsewhere = mode !== null && mode !== "Production";
  if (state === "Execute" && !elsewhere) return null;
  if (reason !== null) return reason.category;
  // PackML counts by mode: what runs in another mode than Production makes nothing to sell.
  if (elsewhere) return mode === "Maintenance" ? "maintenance" : /clean/i.test(mode) ? "cleaning" : "other";
  return state === "Held" && toMs - fromMs < MINOR_STOP_MS ? "minor_stop" : "unexplained";
}
