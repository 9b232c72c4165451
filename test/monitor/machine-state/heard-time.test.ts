import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { heardSpans } from "../../../src/monitor/machine-state/heard-time.ts";
import { machineStateView } from "../../../src/monitor/machine-state/machine-state-view.ts";
import { read, told } from "../told.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const MINUTE_MS = 60_000;
const says = (machine: string, minute: number) =>
  told(`tunis-01/${machine}`, "state", START_MS + minute * MINUTE_MS, { state: "Execute" });
const PACKER = "line-a/s8_packaging/packer-03";
const reading = read(machineStateView, [
  ...[0, 8, 30].map((minute) => says(PACKER, minute)),
  ...[17, 80].map((minute) => says("line-b/s5_tempering/temper-01", minute)),
]);

suite("when machines were heard", () => {
  const heard = (fromMinute: number, toMinute: number, line?: string) =>
    heardSpans(
      reading,
      { fromMs: START_MS + fromMinute * MINUTE_MS, toMs: START_MS + toMinute * MINUTE_MS },
      { line },
    ).map(({ fromMs, toMs }) => [(fromMs - START_MS) / MINUTE_MS, (toMs - START_MS) / MINUTE_MS]);
  const slot = 1 / 6;

  test("any of the machines, short silences bridged, long ones not", () => {
    assert.deepEqual(heard(-60, 120), [
      [0, 17 + slot],
      [30, 30 + slot],
      [80, 80 + slot],
    ]);
    assert.deepEqual(heard(-60, 120, "line-a"), [
      [0, 8 + slot],
      [30, 30 + slot],
    ]);
  });

  test("within the span, what reaches over its ends included", () => {
    assert.deepEqual(heard(3, 6), [[3, 6]]);
    assert.deepEqual(heard(40, 70), []);
  });
});
