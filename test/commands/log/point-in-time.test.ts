import assert from "node:assert/strict";
import { test } from "node:test";
import { pointInTime, sinceOption } from "../../../src/commands/log/point-in-time.ts";
import type { Config } from "../../../src/config/config-schema.ts";

const NOW = Date.UTC(2026, 0, 11, 12);

test("moments are read in ISO 8601, without a zone as UTC", () => {
  assert.equal(pointInTime("2026-01-11T08:00:00Z", NOW), Date.UTC(2026, 0, 11, 8));
  assert.equal(pointInTime("2026-01-11T08:00:00.250+02:00", NOW), Date.UTC(2026, 0, 11, 6, 0, 0, 250));
  assert.equal(pointInTime("2026-01-11 08:00", NOW), Date.UTC(2026, 0, 11, 8));
  assert.equal(pointInTime("2026-01-11", NOW), Date.UTC(2026, 0, 11));
});

test("moments are read as so long ago", () => {
  assert.equal(pointInTime("30s", NOW), NOW - 30_000);
  assert.equal(pointInTime("15m", NOW), NOW - 900_000);
  assert.equal(pointInTime("2h", NOW), NOW - 7_200_000);
  assert.equal(pointInTime("7d", NOW), NOW - 604_800_000);
  assert.equal(pointInTime("2w", NOW), NOW - 1_209_600_000);
});

test("all else is refused with what it must be", () => {
  for (const text of [
    "",
    "yesterday",
    "2026-13-01",
    "2026-01-11T25:00",
    "-5m",
    "5",
    "1e9d",
    "2026-01-11T08:00:00Zx",
  ]) {
    assert.throws(() => pointInTime(text, NOW), /^Error: must be a time such as/, text);
  }
});

test("since so long ago counts from --until where that is a time; from now where it is so long ago, too", async () => {
  const parse = sinceOption("until");
  const config = {} as Config; // only a time in the plant's zone needs one
  const until = "2026-01-11T08:00:00Z";
  assert.equal(await parse("8h", config, { until }), Date.UTC(2026, 0, 11));
  assert.equal(await parse("2026-01-11T07:00", config, { until }), Date.UTC(2026, 0, 11, 7));
  const before = Date.now();
  for (const given of [{}, { until: "1h" }, { until: "no time" }]) {
    const found = await parse("2h", config, given);
    assert.ok(found >= before - 7_200_000 && found <= Date.now() - 7_200_000);
  }
});
