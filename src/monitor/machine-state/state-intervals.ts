import type { PackmlState } from "../../contract/schemas/state-v2.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { lengthMs, overlap, type Span, touching } from "../span.ts";
import { STATES, type StateRow } from "./machine-state-tables.ts";
import { beganMs, beginsAnew, isLink, sameState } from "./state-order.ts";
import { type StopReason, stopReasonOf } from "./stop-reason.ts";
import { type UnknownSpan, type UnknownWhy, unknownSpans, type Watch } from "./unknown-time.ts";

/** A machine was in one state for one reason, or nobody knows. */
export interface StateInterval extends Span {
  readonly state: PackmlState | "unknown";
  /** PackML unit mode; null where the machine doesn't say. */
  readonly mode: string | null;
  readonly reason: StopReason | null;
  /** Why the state is unknown; null where it isn't. */
  readonly unknownWhy: UnknownWhy | null;
}

/** What a machine did in a span of time, without a hole: where nobody knows, an interval says so. */
export interface StateHistory {
  readonly intervals: readonly StateInterval[];
  /** Milliseconds of the span that have passed, and of them those whose state is known: the answer's coverage. */
  readonly spanMs: number;
  readonly knownMs: number;
}

/** The states of one machine from `fromMs` to `toMs`, or to now where that is earlier. */
export function stateHistory(reading: ViewReading, machine: string, span: Span, watch: Watch): StateHistory {
  const past = overlap(span, { fromMs: Number.NEGATIVE_INFINITY, toMs: watch.nowMs });
  if (past === undefined) return { intervals: [], spanMs: 0, knownMs: 0 };
  const told = stays(messagesAbout(reading, machine, past), past);
  const intervals = withoutUnknown(told, unknownSpans(reading, machine, past, watch), past);
  const knownMs = intervals
    .filter(({ state }) => state !== "unknown")
    .reduce((sum, interval) => sum + lengthMs(interval), 0);
  return { intervals, spanMs: lengthMs(past), knownMs };
}

/** Milliseconds in each state that occurs, "unknown" included. */
export function timeInState({ intervals }: StateHistory): Map<StateInterval["state"], number> {
  const sums = new Map<StateInterval["state"], number>();
  for (const interval of intervals) {
    sums.set(interval.state, (sums.get(interval.state) ?? 0) + lengthMs(interval));
  }
  return sums;
}

/** The messages that say what the machine did in a span: from the state in force at its begin to the next one after. */
function* messagesAbout(reading: ViewReading, machine: string, { fromMs, toMs }: Span): Iterable<StateRow> {
  const states = reading.rows(STATES);
  let startMs = fromMs;
  for (const row of states.range({ prefix: [machine], to: fromMs + 1, order: "desc" })) {
    startMs = row.at_ms;
    if (!isLink(row)) break;
  }
  for (const row of states.range({ prefix: [machine], from: startMs })) {
    // The message after the span may say that its state began within it.
    if (row.at_ms < toMs || !isLink(row)) yield row;
    if (row.at_ms >= toMs && !isLink(row)) return;
  }
}

interface Stay {
  readonly row: StateRow;
  readonly fromMs: number;
}

/** One stay after the other, from what was said, regardless of whether it can be believed for as long as that. */
function stays(messages: Iterable<StateRow>, span: Span): StateInterval[] {
  const intervals: StateInterval[] = [];
  let stay: Stay | undefined;
  let last: StateRow | undefined;
  const end = (toMs: number) => {
    if (stay === undefined) return;
    const part = overlap(span, { fromMs: stay.fromMs, toMs });
    if (part !== undefined) intervals.push({ ...part, ...told(stay.row) });
    stay = undefined;
  };
  for (const row of messages) {
    if (isLink(row)) {
      if (stay !== undefined && beginsAnew(row, stay.row.boot)) end(row.at_ms);
      continue;
    }
    if (stay === undefined || !sameState(stay.row, row)) {
      const fromMs = beganMs(row, last);
      end(fromMs);
      stay = { row, fromMs };
    } else if (row.boot !== stay.row.boot) {
      stay = { row, fromMs: stay.fromMs };
    }
    last = row;
  }
  end(span.toMs);
  return intervals;
}

function told(row: StateRow) {
  return {
    state: row.state as PackmlState, // the contract's schema lets no other one in, and links were left out
    mode: row.mode,
    reason: stopReasonOf(row),
    unknownWhy: null,
  };
}

/** Takes unknown time out of what was told, and fills every hole with it. */
function withoutUnknown(
  told: readonly StateInterval[],
  unknown: readonly UnknownSpan[],
  span: Span,
): StateInterval[] {
  const known = told.flatMap((interval) => {
    const parts: StateInterval[] = [];
    let fromMs = interval.fromMs;
    for (const gap of touching(unknown, interval)) {
      if (gap.fromMs > fromMs) parts.push({ ...interval, fromMs, toMs: gap.fromMs });
      fromMs = gap.toMs;
    }
    if (fromMs < interval.toMs) parts.push({ ...interval, fromMs });
    return parts;
  });
  const whole: StateInterval[] = [];
  let reachedMs = span.fromMs;
  const fill = (toMs: number) => {
    for (const part of nothingKnown({ fromMs: reachedMs, toMs }, unknown)) whole.push(part);
  };
  for (const interval of known) {
    fill(interval.fromMs);
    whole.push(interval);
    reachedMs = interval.toMs;
  }
  fill(span.toMs);
  return whole;
}

/** A hole as unknown intervals: each with its reason, and what nothing explains was not said. */
function nothingKnown(hole: Span, unknown: readonly UnknownSpan[]): StateInterval[] {
  const parts: StateInterval[] = [];
  let reachedMs = hole.fromMs;
  const add = (toMs: number, unknownWhy: UnknownWhy) => {
    if (toMs <= reachedMs) return;
    const before = parts.at(-1);
    if (before?.unknownWhy === unknownWhy) parts[parts.length - 1] = { ...before, toMs };
    else parts.push({ fromMs: reachedMs, toMs, state: "unknown", mode: null, reason: null, unknownWhy });
    reachedMs = toMs;
  };
  for (const gap of touching(unknown, hole)) {
    const part = overlap(gap, hole);
    if (part === undefined) continue;
    add(part.fromMs, "not_said");
    add(part.toMs, gap.why);
  }
  add(hole.toMs, "not_said");
  return parts;
}
