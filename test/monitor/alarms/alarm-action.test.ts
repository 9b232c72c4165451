import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readPayload } from "../../../src/contract/read-payload.ts";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import { type AlarmAction, alarmMessage } from "../../../src/monitor/alarms/alarm-action.ts";
import { alarmEvents, alarmNow } from "../../../src/monitor/alarms/alarm-list.ts";
import { ALARM_VIEW } from "../../../src/monitor/alarms/alarm-view.ts";
import { MemoryViewStore } from "../../views/memory-view-store.ts";
import { readingOf, viewMessage } from "../simulated-messages.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const TEMPER = "tunis-01/line-a/s5_tempering/temper-01";
const DESK = "tunis-01/line-a/s0_office/desk";
const iso = (minute: number) => new Date(START_MS + 60_000 * minute).toISOString();

class Alarm {
  readonly store = new MemoryViewStore();
  #id = 0;

  says(publisher: string, minute: number, body: Record<string, unknown>): this {
    const topic = `factory/${publisher}/alarm`;
    const payload = { v: 2, ts: iso(minute), alarm_id: "temp.high", ...body };
    ALARM_VIEW.fold(viewMessage(topic, payload, ++this.#id), this.store);
    return this;
  }

  /** Acts, and folds what the desk says. */
  act(minute: number, action: AlarmAction, seen?: number) {
    const reading = readingOf(this.store);
    const nowMs = START_MS + 60_000 * minute;
    const now = alarmNow(reading, TEMPER, "temp.high", nowMs);
    assert.ok(now !== undefined);
    const events = alarmEvents(reading, TEMPER, "temp.high", 20);
    const body = alarmMessage(now, events, action, { by: "a.trabelsi", seen }, nowMs);
    assert.equal(readPayload("alarm", { v: 2, ...body }).kind, "valid");
    this.says(DESK, minute, body as Record<string, unknown>);
    return alarmNow(reading, TEMPER, "temp.high", nowMs + 1)?.state;
  }
}

const RAISED = { event: "raised", code: "TEMP_HIGH", message: "too warm", priority: "high" };
const code = (name: string, pattern: RegExp) => (error: unknown) =>
  error instanceof ConcheError && error.code === name && pattern.test(error.message);

describe("what people do with an alarm", () => {
  it("each action is a message of the contract that the view then shows", () => {
    const alarm = new Alarm().says(TEMPER, 0, RAISED);
    assert.equal(alarm.act(1, { kind: "acknowledge", comment: "water" }, 1), "ack");
    assert.equal(alarm.act(1.5, { kind: "comment", comment: "valve freed by hand" }), "ack");
    assert.equal(
      alarmEvents(readingOf(alarm.store), TEMPER, "temp.high", 1)[0]?.reason,
      "valve freed by hand",
    );
    assert.equal(alarm.act(2, { kind: "shelve", untilMs: START_MS + 3_600_000, reason: "pump" }), "shelved");
    assert.equal(alarm.act(3, { kind: "unshelve" }), "ack");
    assert.equal(alarm.act(4, { kind: "take_out_of_service", reason: "sensor" }), "out_of_service");
    assert.equal(alarm.act(5, { kind: "return_to_service" }), "ack");
  });

  it("one that rests on what is no longer so is refused with what has changed", () => {
    const alarm = new Alarm().says(TEMPER, 0, RAISED).says(TEMPER, 3, { event: "cleared" });
    alarm.says(TEMPER, 5, RAISED);
    assert.throws(
      () => alarm.act(6, { kind: "acknowledge" }, 1),
      code(
        "CONCHE_ACTION_STALE",
        /since message 1 .* raised at .*08:05.* \(message 3\), cleared at .* \(message 2\); it is unack now/,
      ),
    );
    assert.equal(alarm.act(6, { kind: "acknowledge" }, 3), "ack");
  });

  it("one that would change nothing is refused", () => {
    const alarm = new Alarm().says(TEMPER, 0, RAISED);
    alarm.act(1, { kind: "acknowledge" });
    for (const [action, pattern] of [
      [{ kind: "acknowledge" }, /nothing that is unacknowledged/],
      [{ kind: "unshelve" }, /is not shelved/],
      [{ kind: "return_to_service" }, /is not out of service/],
      [{ kind: "shelve", untilMs: START_MS, reason: "r" }, /which is over/],
      [{ kind: "shelve", untilMs: START_MS + 8 * 86_400_000, reason: "r" }, /7 days at most/],
    ] as const) {
      assert.throws(() => alarm.act(2, action), code("CONCHE_ACTION_REFUSED", pattern));
    }
  });
});
