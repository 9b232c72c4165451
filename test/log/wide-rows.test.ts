import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoredMessage } from "../../src/log/log-reading.ts";
import { everySpan, tagNames, type WideRow, wideRows } from "../../src/log/wide-rows.ts";

function telemetry(tsMs: number, tags: unknown, machine = "temper-01"): StoredMessage {
  const [site, line, step] = ["tunis-01", "line-a", "s5_tempering"];
  const topic = `factory/${site}/${line}/${step}/${machine}/telemetry`;
  const payload = JSON.stringify({ product_type: "dark", tags });
  const place = { site, line, step, machine, topic, type: "telemetry" } as const;
  const identity = { id: 1, qos: 0, retain: false, version: 2, boot: null, seq: null, flags: 0 };
  return { ...place, ...identity, ts: "", tsMs, payload, receivedAt: tsMs, batchId: "B-1" };
}

function shown(rows: Iterable<WideRow>) {
  return Array.from(rows, ({ tsMs, machine, tags }) => [tsMs, machine, Object.fromEntries(tags)]);
}

test("a row per message, values with or without a quality; what is bad, or no telemetry, is none", () => {
  const messages = [
    telemetry(1, { temp_c: 31.4, mode: "AUTO", viscosity_cP: { value: 2150, quality: "uncertain" } }),
    telemetry(2, { temp_c: { value: 99, quality: "bad" } }),
    { ...telemetry(3, {}), type: "state" } as const,
    { ...telemetry(4, {}), payload: "no JSON" },
  ];
  assert.deepEqual(shown(wideRows(messages)), [
    [1, "temper-01", { temp_c: 31.4, mode: "AUTO", viscosity_cP: 2150 }],
    [2, "temper-01", { temp_c: null }],
    [4, "temper-01", {}],
  ]);
  assert.deepEqual(tagNames(wideRows(messages)), ["mode", "temp_c", "viscosity_cP"]);
});

test("a row per machine and span: of numbers the mean, of words the last", () => {
  const rows = wideRows([
    telemetry(1_000, { temp_c: 30, mode: "AUTO" }),
    telemetry(4_000, { temp_c: 5 }, "temper-02"),
    telemetry(9_999, { temp_c: 32, mode: "HAND" }),
    telemetry(10_000, { temp_c: 40 }),
  ]);
  assert.deepEqual(shown(everySpan(rows, 10_000)), [
    [0, "temper-01", { mode: "HAND", temp_c: 31 }],
    [0, "temper-02", { temp_c: 5 }],
    [10_000, "temper-01", { temp_c: 40 }],
  ]);
});

test("whatever the order, a machine's mean lies between its lowest and highest value, and no span comes empty", () => {
  const reading = fc.record({ at: fc.nat(100_000), value: fc.integer({ min: -1000, max: 1000 }) });
  fc.assert(
    fc.property(
      fc.array(reading, { minLength: 1 }),
      fc.integer({ min: 1, max: 50_000 }),
      (readings, every) => {
        const sorted = readings.toSorted((a, b) => a.at - b.at);
        const rows = [
          ...everySpan(wideRows(sorted.map(({ at, value }) => telemetry(at, { x: value }))), every),
        ];
        assert.equal(rows.length, new Set(sorted.map(({ at }) => Math.floor(at / every))).size);
        for (const row of rows) {
          const own = sorted
            .filter(({ at }) => Math.floor(at / every) * every === row.tsMs)
            .map(({ value }) => value);
          const mean = Number(row.tags.get("x"));
          assert.ok(mean >= Math.min(...own) - 1e-6 && mean <= Math.max(...own) + 1e-6);
        }
      },
    ),
  );
});
