import type { AlarmPriority } from "../contract/schemas/alarm-v2.ts";
import type { Condition } from "./condition.ts";

/** An open alarm, as `/api/alarms` answers it. */
export interface OpenAlarm {
  readonly machine: string;
  readonly alarm_id: string;
  readonly state: string;
  readonly silence: object | null;
  readonly newest: {
    readonly message: string;
    readonly priority: AlarmPriority;
    readonly raised_at: string;
    readonly value: number | string | boolean | null;
    readonly limit: number | null;
    readonly unit: string | null;
  } | null;
}

/** An alarm that stands, or has gone before anybody acknowledged it. */
export function alarmCondition(alarm: OpenAlarm): Condition[] {
  const { machine, alarm_id: id, state, silence, newest } = alarm;
  if (newest === null) return [];
  const { value, limit, unit, message } = newest;
  const withUnit = unit === null ? "" : ` ${unit}`;
  const measured =
    value === null ? "" : `: ${value}${withUnit}${limit === null ? "" : `, limit ${limit}${withUnit}`}`;
  const gone = state === "rtn_unack" ? " (back to normal, not acknowledged)" : "";
  return [
    {
      key: `alarm ${machine} ${id}`,
      kind: "alarm",
      priority: newest.priority,
      place: machine,
      sentence: `${message}${measured}${gone}`,
      sinceMs: Date.parse(newest.raised_at),
      acknowledged: state === "ack",
      silenced: silence !== null,
    },
  ];
}

/** What of a machine is missing in a span, as `/api/coverage` answers it. */
export interface MachineCoverage {
  readonly machine: string;
  readonly missing: number;
  readonly gaps: readonly {
    readonly first: number;
    readonly last: number;
    readonly from: string | null;
    readonly to: string;
  }[];
}

/** Numbers that never came. */
export function missingCondition({ machine, missing, gaps }: MachineCoverage): Condition[] {
  const [gap] = gaps;
  if (missing === 0 || gap === undefined) return [];
  const range = gap.first === gap.last ? `number ${gap.first}` : `numbers ${gap.first} to ${gap.last}`;
  const others = gaps.length > 1 ? ` and ${gaps.length - 1} more` : "";
  return [
    {
      ...ownKind("missing", machine),
      priority: "high",
      sentence: `${missing} message${missing === 1 ? " is" : "s are"} missing (${range}${others})`,
      sinceMs: Date.parse(gap.from ?? gap.to),
    },
  ];
}

/** A message that was put aside, as `/api/quarantine` answers it. */
export interface QuarantinedMessage {
  readonly reason: string;
  readonly received_at: string;
  readonly topic: string;
  readonly detail: string;
}

/** What was put aside lately, by reason; the first one of each speaks for it. */
export function quarantineConditions(messages: readonly QuarantinedMessage[], isAll: boolean): Condition[] {
  return [...Map.groupBy(messages, ({ reason }) => reason)].flatMap(([reason, own]) => {
    const [first] = own;
    if (first === undefined) return [];
    const count = `${isAll ? "" : "at least "}${own.length} message${own.length === 1 ? "" : "s"}`;
    return {
      ...ownKind("quarantine", ""),
      key: `quarantine ${reason}`,
      priority: "high",
      sentence: `${count} of the last hour in quarantine (${reason}), as of ${first.topic}: ${first.detail}`,
      sinceMs: Date.parse(first.received_at),
    } as const;
  });
}

/** A machine as `/api/now` answers it. */
export interface MachineState {
  readonly machine: string;
  readonly unknown_why: string | null;
  readonly since: string | null;
  readonly last_received: string | null;
}

/** A machine that has spoken before and says nothing any more. */
export function silentCondition({ machine, unknown_why, since, last_received }: MachineState): Condition[] {
  const heard = since ?? last_received;
  if ((unknown_why !== "silent" && unknown_why !== "offline") || heard === null) return [];
  const sentence = unknown_why === "offline" ? "its connection is lost" : "nothing is heard of it any more";
  return [{ ...ownKind("silent", machine), priority: "high", sentence, sinceMs: Date.parse(heard) }];
}

/** A check of the data center that isn't fine. Since when, nobody has written down: since it was seen first. */
export function notReadyConditions(
  checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[],
  atMs: number,
): Condition[] {
  return checks
    .filter(({ ok }) => !ok)
    .map(({ name, detail }) => ({
      ...ownKind("not_ready", ""),
      key: `not_ready ${name}`,
      priority: "critical",
      sentence: `the data center is not ready: ${name}: ${detail}`,
      sinceMs: atMs,
    }));
}

/** Views so far behind are no present any more, seconds. */
const BEHIND_S = 60;

/** Views that don't keep up with the log. */
export function viewsBehindConditions(lagSeconds: number, atMs: number): Condition[] {
  if (lagSeconds < BEHIND_S) return [];
  return [
    {
      ...ownKind("views_behind", ""),
      priority: "high",
      sentence: `dashboard and API are ${Math.round(lagSeconds)} s behind the log`,
      sinceMs: atMs - lagSeconds * 1_000,
    },
  ];
}

function ownKind<Kind extends Condition["kind"]>(kind: Kind, place: string) {
  return { key: place === "" ? kind : `${kind} ${place}`, kind, place, acknowledged: false, silenced: false };
}
