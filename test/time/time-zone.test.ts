import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { TimeZone } from "../../src/time/time-zone.ts";

const HOUR_MS = 3_600_000;

suite("a time zone", () => {
  test("is ahead of UTC by summer and winter", () => {
    const berlin = new TimeZone("Europe/Berlin");
    assert.equal(berlin.offsetMs(Date.parse("2026-01-11T12:00:00Z")), HOUR_MS);
    assert.equal(berlin.offsetMs(Date.parse("2026-07-11T12:00:00Z")), 2 * HOUR_MS);
    assert.equal(new TimeZone("UTC").offsetMs(0), 0);
    assert.equal(
      new TimeZone("America/St_Johns").offsetMs(Date.parse("2026-01-11T12:00:00Z")),
      -3.5 * HOUR_MS,
    );
    assert.equal(new TimeZone("Asia/Kathmandu").offsetMs(0), 5.5 * HOUR_MS, "its offset of 1970");
  });

  test("shows a time once, twice when clocks are put back, never when they are put on", () => {
    const berlin = new TimeZone("Europe/Berlin");
    const shown = (text: string) =>
      berlin.instantsShowing(Date.parse(text)).map((ms) => new Date(ms).toISOString());
    assert.deepEqual(shown("2026-01-11T08:00:00Z"), ["2026-01-11T07:00:00.000Z"]);
    assert.deepEqual(shown("2026-10-25T02:30:00Z"), ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"]);
    assert.deepEqual(shown("2026-03-29T02:30:00Z"), []);
  });

  test("that nobody knows is an error", () => {
    assert.throws(() => new TimeZone("Europe/Nowhere"), RangeError);
  });
});
