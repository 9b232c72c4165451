import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { shiftsIn } from "../../../src/monitor/production/shift-calendar.ts";

const WEEK = [
  { name: "Early", from: "06:00", to: "14:00", breaks: [{ from: "10:00", to: "10:30" }] },
  { name: "Late", from: "14:00", to: "22:00" },
  { name: "Night", from: "22:00", to: "06:00", breaks: [{ from: "01:00", to: "01:30" }] },
];

function shown(timezone: string, shifts: typeof WEEK, from: string, to: string): string[] {
  return shiftsIn({ timezone, shifts }, { fromMs: Date.parse(from), toMs: Date.parse(to) }).map(
    ({ name, fromMs, toMs, planned }) =>
      [
        name,
        hour(fromMs),
        hour(toMs),
        ...planned.map((part) => `${hour(part.fromMs)}-${hour(part.toMs)}`),
      ].join(" "),
  );
}

function hour(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}

suite("a calendar of shifts", () => {
  test("gives each shift at its time of day, clipped to the span and without its breaks", () => {
    // Tunis is one hour ahead of UTC all year.
    assert.deepEqual(shown("Africa/Tunis", WEEK, "2026-11-27T04:00:00Z", "2026-11-27T22:00:00Z"), [
      "Night 04:00 05:00 04:00-05:00",
      "Early 05:00 13:00 05:00-09:00 09:30-13:00",
      "Late 13:00 21:00 13:00-21:00",
      "Night 21:00 22:00 21:00-22:00",
    ]);
    assert.deepEqual(shown("Africa/Tunis", WEEK, "2026-11-26T23:00:00Z", "2026-11-27T02:00:00Z"), [
      "Night 23:00 02:00 23:00-00:00 00:30-02:00",
    ]);
  });

  test("follows the wall clock through summer time: the night is an hour shorter, then an hour longer", () => {
    const night = (day: string, next: string) =>
      shiftsIn(
        { timezone: "Europe/Berlin", shifts: WEEK },
        { fromMs: Date.parse(day), toMs: Date.parse(next) },
      ).filter(({ name }) => name === "Night");
    const spring = night("2026-03-28T20:00:00Z", "2026-03-29T12:00:00Z")[0];
    assert.equal(((spring?.toMs ?? 0) - (spring?.fromMs ?? 0)) / 3_600_000, 7);
    const autumn = night("2026-10-24T19:00:00Z", "2026-10-25T12:00:00Z")[0];
    assert.equal(((autumn?.toMs ?? 0) - (autumn?.fromMs ?? 0)) / 3_600_000, 9);
  });

  test("leaves out days on which a shift doesn't begin", () => {
    const weekdays = { name: "Day", from: "08:00", to: "16:00", days: ["mon" as const, "tue" as const] };
    // 27 November 2026 is a Friday.
    const span = { fromMs: Date.parse("2026-11-27T00:00:00Z"), toMs: Date.parse("2026-12-02T00:00:00Z") };
    const found = shiftsIn({ timezone: "UTC", shifts: [weekdays] }, span);
    assert.deepEqual(
      found.map(({ fromMs }) => new Date(fromMs).toISOString().slice(0, 10)),
      ["2026-11-30", "2026-12-01"],
    );
  });

  test("without shifts all time is planned, a day at a time", () => {
    const span = { fromMs: Date.parse("2026-11-27T12:00:00Z"), toMs: Date.parse("2026-11-29T00:00:00Z") };
    const found = shiftsIn({ timezone: "Africa/Tunis", shifts: [] }, span);
    assert.equal(found.length, 3);
    assert.equal(
      found.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
      span.toMs - span.fromMs,
    );
    assert.ok(found.every(({ planned }) => planned.length === 1));
  });
});
