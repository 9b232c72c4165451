import assert from "node:assert/strict";
import { test } from "node:test";
import { duration } from "../../src/commands/option-values.ts";
import { durationMs } from "../../src/time/duration.ts";

test("a time span is a whole number with its unit", () => {
  assert.deepEqual(
    ["90s", "30m", "12h", "7d", "2w"].map(durationMs),
    [90_000, 1_800_000, 43_200_000, 604_800_000, 1_209_600_000],
  );
  for (const wrong of ["", "7", "d", "7 d", "-7d", "1.5h", "7D", "1e3s", "9999999999s"]) {
    assert.equal(durationMs(wrong), undefined, wrong);
  }
});

test("bounds belong to the span", () => {
  const parse = duration("1m", "2d");
  assert.deepEqual([parse("1m"), parse("60s"), parse("48h")], [60_000, 60_000, 172_800_000]);
  for (const wrong of ["59s", "49h", "3d", "soon"]) assert.throws(() => parse(wrong), /from 1m to 2d/, wrong);
});
