import type { Condition, ConditionKind, Look } from "../../src/notify/condition.ts";
import { CONDITION_KINDS } from "../../src/notify/condition.ts";
import type { Delivery } from "../../src/notify/delivery.ts";
import { due, looked, NOTHING_TOLD, type NotifierState, settled } from "../../src/notify/notifier.ts";
import { type NotifyPlan, readNotifyPlan } from "../../src/notify/notify-plan.ts";

export const PLACE = "tunis-01/line-a/s5_tempering/temper-01";
/** A Wednesday noon in Tunis, where it is one hour later than in UTC. */
export const NOON = Date.UTC(2026, 0, 14, 11);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** A condition with what a test says of it. */
export function standing(parts: Partial<Condition> = {}): Condition {
  return {
    ...{ key: `alarm ${PLACE} temp_c.high`, kind: "alarm", priority: "high", place: PLACE },
    ...{ sentence: "Outlet temperature high", sinceMs: NOON, acknowledged: false, silenced: false },
    ...parts,
  };
}

/** What stands at a time; every kind is known unless said otherwise. */
export function lookAt(
  atMs: number,
  conditions: readonly Condition[],
  known: readonly ConditionKind[] = CONDITION_KINDS,
): Look {
  return { atMs, conditions, known: new Set(known) };
}

/** A plan of a document; a test's own document has no findings. */
export function planOf(document: object, timezone = "Africa/Tunis"): NotifyPlan {
  const reading = readNotifyPlan({ version: 1, ...document }, timezone);
  if (reading.kind === "invalid") throw new TypeError(JSON.stringify(reading.findings));
  return reading.plan;
}

export const HOOK = { webhook: { url: "https://hooks.example/a" } };

/** A person's afternoon: looks at what stands, second by second if need be, and takes what is sent. */
export class Afternoon {
  readonly plan: NotifyPlan;
  state: NotifierState = NOTHING_TOLD;
  readonly sent: Delivery[] = [];

  constructor(plan: NotifyPlan) {
    this.plan = plan;
  }

  /** A look; what is due afterwards is sent, and the channel takes it. */
  look(
    atMs: number,
    conditions: readonly Condition[],
    known: readonly ConditionKind[] = CONDITION_KINDS,
  ): string[] {
    this.state = looked(this.plan, this.state, lookAt(atMs, conditions, known));
    const now = due(this.plan, this.state, atMs);
    for (const delivery of now) {
      this.state = settled(this.state, delivery.id, { ok: true }, atMs);
      this.sent.push(delivery);
    }
    return now.flatMap(({ channel, news }) =>
      news.map(({ event, condition }) => `${channel} ${event} ${condition.key}`),
    );
  }
}
