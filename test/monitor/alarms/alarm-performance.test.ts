import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { alarmFloods, chatters } from "../../../src/monitor/alarms/alarm-floods.ts";
import { alarmPerformance } from "../../../src/monitor/alarms/alarm-performance.ts";
import { ALARM_VIEW } from "../../../src/monitor/alarms/alarm-view.ts";
import { MemoryViewStore } from "../../views/memory-view-store.ts";
import { readingOf, viewMessage } from "../simulated-messages.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const seconds = (...at: number[]) => at.map((second) => START_MS + second * 1000);

describe("alarm floods", () => {
  it("ten alarms in ten minutes are none, the eleventh makes one, counted from the first", () => {
    const ten = Array.from({ length: 10 }, (_, index) => index * 50);
    assert.deepEqual(alarmFloods(seconds(...ten), START_MS + HOUR_MS), []);
    const [flood] = alarmFloods(seconds(...ten, 599), START_MS + HOUR_MS);
    assert.equal(flood?.fromMs, START_MS);
    assert.equal(flood?.alarms, 11);
    assert.equal(flood?.most, 11);
    assert.deepEqual(flood?.first, [0, 1, 2, 3, 4]);
    // Fewer than five in ten minutes when the fifth last (at 300 s) is ten minutes old.
    assert.equal(flood?.untilMs, START_MS + 300_000 + 10 * MINUTE_MS);
  });

  it("an alarm exactly ten minutes after the first doesn't count with it", () => {
    const times = [...Array.from({ length: 10 }, (_, index) => index * 60), 600];
    assert.deepEqual(alarmFloods(seconds(...times), START_MS + HOUR_MS), []);
  });

  it("goes on while five or more come in ten minutes, and hasn't ended while it does", () => {
    const burst = Array.from({ length: 12 }, (_, index) => index);
    const trickle = Array.from({ length: 20 }, (_, index) => 110 * (index + 1));
    const [flood, ...others] = alarmFloods(seconds(...burst, ...trickle), START_MS + 2300_000);
    assert.deepEqual(others, []);
    assert.equal(flood?.alarms, 32);
    assert.equal(flood?.untilMs, null);
    const two = alarmFloods(seconds(...burst, ...burst.map((at) => at + 3600)), START_MS + 9 * HOUR_MS);
    assert.equal(two.length, 2);
  });
});

describe("chattering", () => {
  it("three times in a minute is once, as long as it goes on", () => {
    assert.equal(chatters(seconds(0, 30, 61)), 0);
    assert.equal(chatters(seconds(0, 30, 60)), 1);
    assert.equal(chatters(seconds(0, 10, 20, 30, 90, 150)), 1);
    assert.equal(chatters(seconds(0, 10, 20, 500, 510, 520)), 2);
  });
});

describe("the performance of an alarm system", () => {
  const store = new MemoryViewStore();
  let id = 0;
  const says = (machine: string, minute: number, body: Record<string, unknown>) => {
    const ts = new Date(START_MS + minute * MINUTE_MS).toISOString();
    const topic = `factory/tunis-01/${machine}/alarm`;
    ALARM_VIEW.fold(viewMessage(topic, { ts, v: 2, ...body }, ++id), store);
  };
  const raised = (alarm_id: string, priority: string) => {
    return { alarm_id, event: "raised", code: alarm_id.toUpperCase(), message: "m", priority };
  };
  // Line a: a jam each half hour for six hours, gone after two minutes; b: one alarm that stands since yesterday.
  for (let half = 0; half < 12; half++) {
    says("line-a/s8_packaging/packer-03", 30 * half, raised("jam", "low"));
    says("line-a/s8_packaging/packer-03", 30 * half + 2, { alarm_id: "jam", event: "cleared" });
  }
  says("line-a/s0_office/desk", 95, {
    alarm_id: "jam",
    event: "acknowledged",
    by: "a.trabelsi",
    source: "tunis-01/line-a/s8_packaging/packer-03",
  });
  says("line-b/s5_tempering/temper-01", -1500, raised("old", "high"));
  says("line-b/s5_tempering/temper-01", 100, raised("blip", "medium"));
  says("line-b/s5_tempering/temper-01", 100.1, { alarm_id: "blip", event: "cleared" });
  says("line-b/s5_tempering/temper-01", 110, { alarm_id: "quiet", event: "suppressed", reason: "cleaning" });
  says("line-b/s5_tempering/temper-01", 111, raised("quiet", "medium"));

  const question = { fromMs: START_MS, toMs: START_MS + 6 * HOUR_MS };
  const found = alarmPerformance(readingOf(store), question, START_MS + 6 * HOUR_MS, [question]);

  it("counts what called a person, per operator position", () => {
    assert.equal(found.raised, 13);
    assert.equal(found.silenced, 1);
    assert.equal(found.operators, 2);
    assert.ok(Math.abs((found.perHour ?? 0) - 13 / 6 / 2) < 1e-9);
    assert.ok(Math.abs((found.perDay ?? 0) - 26) < 1e-9);
    assert.deepEqual(found.hours, [2, 3, 2, 2, 2, 2]);
    assert.deepEqual(found.priorities, { low: 12, medium: 1, high: 0, critical: 0 });
  });

  it("names what comes most, what is gone too soon, what stands, and who acknowledged", () => {
    assert.equal(found.frequent[0]?.code, "JAM");
    assert.equal(found.frequent[0]?.count, 12);
    assert.equal(found.frequent[0]?.medianMs, 2 * MINUTE_MS);
    assert.equal(found.topTenPct, 100);
    assert.equal(found.fleeting, 1);
    assert.deepEqual(
      found.standing.map(({ alarmId }) => alarmId),
      ["old"],
    );
    assert.deepEqual(found.acknowledged, [{ by: "a.trabelsi", count: 4, medianMs: 50 * MINUTE_MS }]);
    // The jam at 90 min was acknowledged within ten, the twelve others weren't.
    assert.equal(found.unacknowledged, 12);
  });

  it("is asked for a part of the plant, and never for what hasn't been", () => {
    const line = alarmPerformance(
      readingOf(store),
      { ...question, of: { line: "line-b" } },
      START_MS + HOUR_MS,
      [question],
    );
    assert.equal(line.raised, 0);
    assert.equal(line.toMs, START_MS + HOUR_MS);
    assert.equal(line.perHour, 0);
  });

  it("rates are over the time in which anything was heard, and none where nothing was", () => {
    const week = { fromMs: START_MS - 7 * 24 * HOUR_MS, toMs: question.toMs };
    const long = alarmPerformance(readingOf(store), week, question.toMs, [question]);
    assert.equal(long.raised, 14);
    assert.ok(Math.abs((long.perDay ?? 0) - 28) < 1e-9, `${long.perDay}`);
    assert.ok(Math.abs(long.coverage - 6 / (7 * 24 + 6)) < 1e-9);
    const before = { fromMs: START_MS - 9 * HOUR_MS, toMs: START_MS - 8 * HOUR_MS };
    const { coverage, perDay, perHour, hoursAboveThirtyPct, inFloodPct } = alarmPerformance(
      readingOf(store),
      before,
      question.toMs,
      [],
    );
    assert.deepEqual(
      { coverage, perDay, perHour, hoursAboveThirtyPct, inFloodPct },
      { coverage: 0, perDay: null, perHour: null, hoursAboveThirtyPct: null, inFloodPct: null },
    );
  });
});
