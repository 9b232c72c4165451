import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { alarmHistory } from "../../../src/monitor/alarms/alarm-history.ts";
import { alarmNow, byEquipment, openAlarms } from "../../../src/monitor/alarms/alarm-list.ts";
import { ALARM_EVENTS } from "../../../src/monitor/alarms/alarm-tables.ts";
import { ALARM_VIEW, ALARMS_KEPT_MS } from "../../../src/monitor/alarms/alarm-view.ts";
import { MemoryViewStore } from "../../views/memory-view-store.ts";
import { readingOf, viewMessage } from "../simulated-messages.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const LINE = "tunis-01/line-a";
const TEMPER = `${LINE}/s5_tempering/temper-01`;
const DESK = `${LINE}/s0_office/line-desk`;
const at = (minute: number) => new Date(START_MS + minute * 60_000).toISOString();
const ms = (minute: number) => START_MS + minute * 60_000;

const RAISED = { event: "raised", code: "TEMP_HIGH", message: "too warm", priority: "high" };

class Plant {
  readonly store = new MemoryViewStore();
  #id = 0;

  says(publisher: string, minute: number, body: Record<string, unknown>, version: 1 | 2 = 2): this {
    const payload = version === 2 ? { v: 2, alarm_id: "temp.high", ...body } : body;
    const message = viewMessage(`factory/${publisher}/alarm`, { ts: at(minute), ...payload }, ++this.#id);
    ALARM_VIEW.fold(message, this.store);
    return this;
  }

  state(minute: number) {
    return alarmNow(readingOf(this.store), TEMPER, "temp.high", ms(minute));
  }

  findings(): string[] {
    return [...this.store.findings.values()].map(({ reason }) => reason);
  }

  history(minute = 10_000) {
    return alarmHistory(readingOf(this.store), { limit: 100 }, ms(minute)).occurrences;
  }
}

describe("the life of an alarm (ISA-18.2)", () => {
  it("is raised, acknowledged, cleared: B, C, A", () => {
    const plant = new Plant().says(TEMPER, 0, RAISED);
    assert.equal(plant.state(1)?.state, "unack");
    plant.says(DESK, 2, { event: "acknowledged", source: TEMPER, by: "a.trabelsi", comment: "water" });
    assert.equal(plant.state(3)?.state, "ack");
    plant.says(TEMPER, 4, { event: "cleared", raised_at: at(0) });
    assert.equal(plant.state(5)?.state, "normal");
    assert.deepEqual(openAlarms(readingOf(plant.store), ms(5)), []);
    const [occurrence] = plant.history();
    assert.equal(occurrence?.durationMs, 4 * 60_000);
    assert.equal(occurrence?.acknowledgedBy, "a.trabelsi");
    assert.equal(occurrence?.comment, "water");
  });

  it("is back to normal before anybody has seen it: D, and an acknowledgement goes for all before it", () => {
    const plant = new Plant();
    for (const minute of [0, 10, 20]) {
      plant.says(TEMPER, minute, RAISED).says(TEMPER, minute + 3, { event: "cleared" });
    }
    const before = plant.state(30);
    assert.equal(before?.state, "rtn_unack");
    assert.equal(before?.unacknowledged, 3);
    assert.equal(before?.unacknowledgedSinceMs, ms(0));
    assert.equal(before?.longestMs, 3 * 60_000);
    plant.says(DESK, 31, { event: "acknowledged", source: TEMPER, by: "a.trabelsi" });
    assert.equal(plant.state(32)?.state, "normal");
    assert.ok(plant.history().every(({ acknowledgedMs }) => acknowledgedMs === ms(31)));
  });

  it("an acknowledgement that names an occurrence doesn't go for one that came after it", () => {
    const plant = new Plant().says(TEMPER, 0, RAISED).says(TEMPER, 1, { event: "cleared" });
    plant.says(TEMPER, 5, RAISED);
    plant.says(DESK, 6, { event: "acknowledged", source: TEMPER, by: "a.trabelsi", raised_at: at(0) });
    assert.equal(plant.state(7)?.state, "unack");
    assert.deepEqual(
      plant.history().map(({ acknowledgedBy }) => acknowledgedBy),
      [null, "a.trabelsi"],
    );
  });

  it("is shelved for a time, comes back by itself, and says who and why", () => {
    const plant = new Plant().says(TEMPER, 0, RAISED);
    const shelved = { event: "shelved", source: TEMPER, by: "a.trabelsi", until: at(60), reason: "pump" };
    plant.says(DESK, 1, shelved);
    assert.equal(plant.state(59)?.state, "shelved");
    assert.deepEqual(plant.state(59)?.silence, {
      kind: "shelved",
      sinceMs: ms(1),
      untilMs: ms(60),
      by: "a.trabelsi",
      reason: "pump",
    });
    assert.equal(plant.state(60)?.state, "unack");
    plant.says(DESK, 30, { event: "unshelved", source: TEMPER, by: "a.trabelsi" });
    assert.equal(plant.state(31)?.state, "unack");
  });

  it("is suppressed by design, and out of service goes before it", () => {
    const plant = new Plant().says(TEMPER, 0, { event: "suppressed", reason: "cleaning" });
    plant.says(TEMPER, 1, RAISED);
    assert.equal(plant.state(2)?.state, "suppressed");
    assert.equal(plant.history()[0]?.silenced, "suppressed");
    plant.says(DESK, 3, { event: "out_of_service", source: TEMPER, by: "m", reason: "sensor" });
    assert.equal(plant.state(4)?.state, "out_of_service");
    plant.says(DESK, 5, { event: "returned_to_service", source: TEMPER, by: "m" });
    plant.says(TEMPER, 6, { event: "unsuppressed" });
    assert.equal(plant.state(7)?.state, "unack");
  });

  it("a silence that comes late counts for what came in it", () => {
    const plant = new Plant().says(TEMPER, 5, RAISED).says(TEMPER, 50, RAISED);
    plant.says(DESK, 0, { event: "shelved", source: TEMPER, by: "a", until: at(30), reason: "r" });
    assert.deepEqual(
      plant.history().map(({ silenced }) => silenced),
      [null, "shelved"],
    );
  });
});

describe("alarms whose messages come late, twice or not at all", () => {
  it("a clear without its raise is a finding until the raise comes", () => {
    const plant = new Plant().says(TEMPER, 4, { event: "cleared", raised_at: at(0) });
    assert.deepEqual(plant.findings(), ["clear_without_raise"]);
    assert.equal(plant.state(5)?.state, "normal");
    plant.says(TEMPER, 0, RAISED);
    assert.deepEqual(plant.findings(), []);
    assert.equal(plant.history()[0]?.clearedMs, ms(4));
  });

  it("a raise without the clear before it is a finding until the clear comes", () => {
    const plant = new Plant().says(TEMPER, 0, RAISED).says(TEMPER, 10, RAISED);
    assert.deepEqual(plant.findings(), ["raised_again_without_clear"]);
    assert.deepEqual(
      plant.history().map(({ end }) => end),
      ["stands", "raised_again"],
    );
    plant.says(TEMPER, 3, { event: "cleared" });
    assert.deepEqual(plant.findings(), []);
  });

  it("what comes twice is once, and doesn't bring back what is over", () => {
    const plant = new Plant().says(TEMPER, 0, RAISED).says(TEMPER, 3, { event: "cleared" });
    plant.says(DESK, 4, { event: "acknowledged", source: TEMPER, by: "a" });
    const once = plant.history();
    plant.says(TEMPER, 0, RAISED).says(TEMPER, 3, { event: "cleared" });
    assert.deepEqual(plant.history(), once);
    assert.equal(plant.state(5)?.state, "normal");
  });

  it("a clear is found by the occurrence that it names, though the machine's clock has jumped back", () => {
    const plant = new Plant().says(TEMPER, 60, RAISED);
    plant.says(TEMPER, 5, { event: "cleared", raised_at: at(60) });
    assert.deepEqual(plant.findings(), []);
    assert.equal(plant.history()[0]?.clearedMs, ms(60));
  });

  it("a time stamp cut to the second still names what began within it", () => {
    const plant = new Plant().says(TEMPER, 0.01, RAISED); // 600 ms
    plant.says(TEMPER, 30, RAISED);
    plant.says(TEMPER, 40, { event: "cleared", raised_at: "2026-01-11T08:00:00Z" });
    assert.deepEqual(
      plant.history().map(({ end }) => end),
      ["stands", "cleared"],
    );
    plant.says(DESK, 41, {
      event: "acknowledged",
      source: TEMPER,
      by: "a",
      raised_at: "2026-01-11T08:30:00Z",
    });
    assert.ok(plant.history().every(({ acknowledgedBy }) => acknowledgedBy === "a"));
  });

  it("version 1 says only that it came: repeated, it is one alarm; after ten minutes its end isn't known", () => {
    const v1 = {
      severity: "HIGH",
      code: "TEMP",
      message: "too warm",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
    };
    const plant = new Plant();
    for (const minute of [0, 2, 4, 30]) plant.says(TEMPER, minute, v1, 1);
    const now = (minute: number) => alarmNow(readingOf(plant.store), TEMPER, "TEMP", ms(minute));
    assert.equal(plant.history().length, 2);
    assert.equal(now(35)?.state, "unack");
    assert.equal(now(41)?.state, "rtn_unack");
    assert.equal(now(41)?.newest?.end, "not_reported");
    assert.equal(now(41)?.newest?.durationMs, null);
    plant.says(DESK, 42, { event: "acknowledged", alarm_id: "TEMP", source: TEMPER, by: "a" });
    assert.equal(now(43)?.state, "normal");
    // A repetition that comes late joins the two.
    plant.says(TEMPER, 12, v1, 1).says(TEMPER, 21, v1, 1);
    assert.equal(plant.history().length, 1);
    assert.deepEqual(plant.findings(), []);
  });
});

describe("lists of alarms", () => {
  const plant = new Plant();
  plant.says(TEMPER, 0, { ...RAISED, alarm_id: "low.one", priority: "low" });
  plant.says(TEMPER, 1, { ...RAISED, alarm_id: "high.one" });
  plant.says(`${LINE}/s8_packaging/packer-03`, 2, { ...RAISED, alarm_id: "jam", priority: "critical" });
  plant.says(`${LINE}/s8_packaging/packer-03`, 3, { event: "cleared", alarm_id: "jam" });
  const reading = readingOf(plant.store);

  it("most urgent first, and by equipment", () => {
    const open = openAlarms(reading, ms(10));
    assert.deepEqual(
      open.map(({ alarmId }) => alarmId),
      ["high.one", "low.one", "jam"],
    );
    assert.deepEqual(
      byEquipment(open).map(({ machine, priority, alarms }) => [
        machine.split("/").at(-1),
        priority,
        alarms.length,
      ]),
      [
        ["temper-01", "high", 2],
        ["packer-03", "critical", 1],
      ],
    );
    assert.equal(openAlarms(reading, ms(10), { of: { step: "s8_packaging" } }).length, 1);
    assert.equal(openAlarms(reading, ms(10), { priorities: ["low"] }).length, 1);
    assert.equal(openAlarms(reading, ms(10), { states: ["rtn_unack"] }).length, 1);
  });

  it("the history comes in pages that don't shift when more comes", () => {
    const first = alarmHistory(reading, { limit: 2 }, ms(10));
    assert.deepEqual(
      first.occurrences.map(({ alarmId }) => alarmId),
      ["jam", "high.one"],
    );
    plant.says(TEMPER, 9, { ...RAISED, alarm_id: "newer" });
    const second = alarmHistory(reading, { limit: 2, after: first.next ?? undefined }, ms(10));
    assert.deepEqual(
      second.occurrences.map(({ alarmId }) => alarmId),
      ["low.one"],
    );
    assert.equal(second.next, null);
  });
});

describe("what alarms are kept for", () => {
  it("three years after it was said and received an event is gone, and stays gone when it is folded again", () => {
    const plant = new Plant().says(TEMPER, 0, RAISED).says(TEMPER, 5, { event: "cleared" });
    ALARM_VIEW.retain?.(ms(0) + ALARMS_KEPT_MS, plant.store);
    assert.equal([...plant.store.rows(ALARM_EVENTS).range()].length, 2);
    ALARM_VIEW.retain?.(ms(0) + ALARMS_KEPT_MS + 2 * 86_400_000, plant.store);
    assert.equal(plant.history().length, 0);
    assert.equal(plant.state(10), undefined);
    plant.says(TEMPER, 0, RAISED);
    assert.equal([...plant.store.rows(ALARM_EVENTS).range()].length, 0);
  });
});
