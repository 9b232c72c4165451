import type { AlarmPriority } from "../contract/schemas/alarm-v2.ts";

/** What a person can be told of: an alarm, or something that keeps the record from being whole or the present. */
export const CONDITION_KINDS = [
  "alarm",
  "not_ready",
  "missing",
  "quarantine",
  "views_behind",
  "silent",
] as const;
/** One of {@link CONDITION_KINDS}. */
export type ConditionKind = (typeof CONDITION_KINDS)[number];

/** Something that is wrong, or was, as a person is told of it. */
export interface Condition {
  /** What it is, so that the same one is known again: `alarm tunis-01/line-a/s5_tempering/temper-01 temp_c.high`. */
  readonly key: string;
  readonly kind: ConditionKind;
  readonly priority: AlarmPriority;
  /** `<site>/<line>/<step>/<machine>` or the begin of one; empty for the data center itself. */
  readonly place: string;
  /** What is wrong, in one sentence with its values. */
  readonly sentence: string;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  /** Somebody has seen it. */
  readonly acknowledged: boolean;
  /** It is shelved, suppressed or out of service: nobody wants to hear of it, nor that it has gone. */
  readonly silenced: boolean;
}

/** Everything that is wrong at a moment, as far as it could be asked for. */
export interface Look {
  readonly atMs: number;
  readonly conditions: readonly Condition[];
  /** The kinds that could be asked for. Of the others nobody knows whether they stand: no word on them. */
  readonly known: ReadonlySet<ConditionKind>;
}

/** From the one that needs a person soonest. */
const BY_URGENCY: readonly AlarmPriority[] = ["critical", "high", "medium", "low"];

/** Whether a priority is as urgent as another, or more. */
export function isAtLeast(priority: AlarmPriority, least: AlarmPriority): boolean {
  return BY_URGENCY.indexOf(priority) <= BY_URGENCY.indexOf(least);
}

/** Most urgent first, then the oldest. */
export function byUrgency(a: Condition, b: Condition): number {
  return (
    BY_URGENCY.indexOf(a.priority) - BY_URGENCY.indexOf(b.priority) ||
    a.sinceMs - b.sinceMs ||
    a.key.localeCompare(b.key)
  );
}
