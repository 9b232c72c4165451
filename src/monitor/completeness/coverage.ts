import type { ViewReading } from "../../views/view-table.ts";
import { type OpenGap, openGaps, type QuarantinedNumbers } from "./completeness-report.ts";
import { MINUTES, type MinuteRow, RECEIVED } from "./completeness-tables.ts";

const MINUTE_MS = 60_000;

/** A stretch of a machine's time of which all came, but late: when it was said, and when it was received. */
export interface LateStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly messages: number;
  readonly refills: number;
  readonly firstReceivedMs: number;
  readonly lastReceivedMs: number;
}

/** How complete the record of a machine is from one time to another. */
export interface Coverage {
  readonly machine: string;
  /** Numbers that came, and those that must have been said and did not come. */
  readonly seen: number;
  readonly missing: number;
  /** seen / (seen + missing), 0 to 1; null where nothing was heard at all. "No alarm" and "no data" never look alike. */
  readonly share: number | null;
  /** Share of the minutes in which anything was said, 0 to 1. */
  readonly heard: number;
  /** Gaps with a part in the span, whole. */
  readonly gaps: readonly OpenGap[];
  readonly late: readonly LateStretch[];
}

/**
 * The coverage of a machine from `fromMs` to `toMs`, milliseconds since 1970, to the minute. A gap that reaches beyond
 * the span counts with the part of its time that lies in it.
 */
export function coverageOf(
  reading: ViewReading,
  machine: string,
  fromMs: number,
  toMs: number,
  quarantined?: QuarantinedNumbers,
): Coverage {
  const [from, to] = [floorMinute(fromMs), Math.ceil(toMs / MINUTE_MS) * MINUTE_MS];
  const minutes = [...reading.rows(MINUTES).range({ prefix: [machine], from, to })];
  const seen = minutes.reduce((sum, { messages }) => sum + messages, 0);
  const gaps = [...openGaps(reading, machine, quarantined)].filter((gap) => partIn(gap, from, to) > 0);
  const missing = Math.round(gaps.reduce((sum, gap) => sum + gap.missing * partIn(gap, from, to), 0));
  return {
    ...{ machine, seen, missing, gaps },
    share: seen + missing === 0 ? null : seen / (seen + missing),
    heard: to > from ? minutes.length / ((to - from) / MINUTE_MS) : 0,
    late: lateStretches(minutes),
  };
}

/** What was received of a line (`<site>/<line>`) in a minute. */
export interface ReceivedMinute {
  readonly minuteMs: number;
  readonly messages: number;
  /** The longest way from said to received, milliseconds. */
  readonly delayMaxMs: number;
}

/** What was received of a line in each minute; none of those in which nothing was. */
export function* receivedByMinute(
  reading: ViewReading,
  line: string,
  fromMs: number,
  toMs: number,
): Generator<ReceivedMinute> {
  const span = { prefix: [line], from: floorMinute(fromMs), to: toMs };
  for (const { minute, messages, delay_max_ms } of reading.rows(RECEIVED).range(span)) {
    yield { minuteMs: minute, messages, delayMaxMs: delay_max_ms };
  }
}

/** The part of a gap's time that lies in a span, 0 to 1. A gap without a begin lies where it ends. */
function partIn({ fromMs, toMs }: OpenGap, from: number, to: number): number {
  const begin = Math.min(fromMs ?? toMs, toMs);
  const length = Math.max(fromMs ?? toMs, toMs) - begin;
  if (length === 0) return begin >= from && begin < to ? 1 : 0;
  return Math.max(0, Math.min(begin + length, to) - Math.max(begin, from)) / length;
}

function lateStretches(minutes: readonly MinuteRow[]): LateStretch[] {
  const stretches: LateStretch[] = [];
  for (const { minute, late, refills, late_first_received: first, late_last_received: last } of minutes) {
    if (late === 0 || first === null || last === null) continue;
    const open = stretches.at(-1);
    if (open === undefined || open.toMs !== minute) {
      const toMs = minute + MINUTE_MS;
      stretches.push({
        fromMs: minute,
        toMs,
        messages: late,
        refills,
        firstReceivedMs: first,
        lastReceivedMs: last,
      });
      continue;
    }
    stretches[stretches.length - 1] = {
      fromMs: open.fromMs,
      toMs: minute + MINUTE_MS,
      messages: open.messages + late,
      refills: open.refills + refills,
      firstReceivedMs: Math.min(open.firstReceivedMs, first),
      lastReceivedMs: Math.max(open.lastReceivedMs, last),
    };
  }
  return stretches;
}

function floorMinute(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}
