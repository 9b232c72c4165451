import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { timestampV1, timestampV2 } from "../../../src/simulator/report/timestamp-text.ts";

const ANY_MS = fc.integer({
  min: Date.parse("1970-01-01T00:00:00Z"),
  max: Date.parse("2999-12-31T23:59:59.999Z"),
});

test("time stamps are those of Date, in each version's form", () => {
  fc.assert(
    fc.property(ANY_MS, (ms) => {
      assert.equal(timestampV2(ms), new Date(ms).toISOString());
      assert.equal(Date.parse(timestampV1(ms)), ms);
    }),
  );
});

test("version 1 leaves the fraction out on the full second, as Python does", () => {
  assert.equal(timestampV1(Date.parse("2026-01-11T08:30:00.250Z")), "2026-01-11T08:30:00.250000+00:00");
  assert.equal(timestampV1(Date.parse("2026-01-11T08:30:00Z")), "2026-01-11T08:30:00+00:00");
});
