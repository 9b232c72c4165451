import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { productionView } from "../../../src/monitor/production/production-view.ts";
import { countedStretches, quantitiesIn } from "../../../src/monitor/production/running-count.ts";
import type { ViewMessage } from "../../../src/views/view.ts";
import { folded, read, told } from "../told.ts";

const PACKER = "tunis-01/line-a/s8_packaging/packer-03";
const CONTROLLER = "tunis-01/line-a/s0_batch/line-controller";
const T0 = Date.parse("2026-11-27T08:00:00Z");
const S = 1000;

interface Reading {
  readonly processed: number;
  readonly defective?: number;
  readonly since?: number;
}

function counted(second: number, { processed, defective = 0, since }: Reading, id = second): ViewMessage {
  const began = since === undefined ? {} : { since: new Date(T0 + since * S).toISOString() };
  const counts = { unit: "pieces" as const, consumed: processed, processed, defective, ...began };
  return told(PACKER, "state", T0 + second * S, { state: "Execute", counts }, { id });
}

/** Counted from one second to another, with the machine running all the time. */
function inSpan(messages: ViewMessage[], fromS: number, toS: number) {
  const span = { fromMs: T0 + fromS * S, toMs: T0 + toS * S };
  const stretches = countedStretches(read(productionView, messages), PACKER, span);
  const { processed, defective } = quantitiesIn(stretches, [{ fromMs: T0, toMs: T0 + 1e6 }], span);
  return { processed, defective };
}

suite("quantities from running counters", () => {
  test("are differences of readings; between two they are spread over the running time", () => {
    const messages = [counted(0, { processed: 1000 }), counted(100, { processed: 1300, defective: 10 })];
    assert.deepEqual(inSpan(messages, 0, 100), { processed: 300, defective: 10 });
    assert.deepEqual(inSpan(messages, 0, 50), { processed: 150, defective: 5 });
    assert.deepEqual(inSpan(messages, 50, 400), { processed: 150, defective: 5 });
    assert.deepEqual(inSpan(messages, 100, 400), { processed: 0, defective: 0 });
  });

  test("begin anew where the counters were set to zero, whether or not the machine says when", () => {
    const told = [counted(0, { processed: 1000, since: -500 }), counted(100, { processed: 80, since: 20 })];
    assert.deepEqual(inSpan(told, 0, 100), { processed: 80, defective: 0 });
    assert.deepEqual(inSpan(told, 0, 20), { processed: 0, defective: 0 });
    const silent = [counted(0, { processed: 1000 }), counted(100, { processed: 80 })];
    assert.deepEqual(inSpan(silent, 0, 100), { processed: 80, defective: 0 });
  });

  test("count from the first reading's `since`, where it has one", () => {
    assert.deepEqual(inSpan([counted(100, { processed: 80, since: 20 })], 0, 200), {
      processed: 80,
      defective: 0,
    });
    assert.deepEqual(inSpan([counted(100, { processed: 80 })], 0, 200), { processed: 0, defective: 0 });
  });

  test("parts that follow one another sum to the whole, piece by piece", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            gap: fc.integer({ min: 1, max: 60 }),
            more: fc.nat(500),
            bad: fc.nat(5),
            reset: fc.boolean(),
          }),
          {
            minLength: 2,
            maxLength: 20,
          },
        ),
        fc.array(fc.integer({ min: -50, max: 1300 }), { maxLength: 12 }),
        (readings, cuts) => {
          let second = 0;
          let processed = 0;
          let defective = 0;
          let since = 0;
          const messages = readings.map(({ gap, more, bad, reset }) => {
            second += gap;
            if (reset) {
              processed = 0;
              defective = 0;
              since = second - gap / 2;
            }
            processed += more + bad;
            defective += bad;
            return counted(second, { processed, defective, since });
          });
          const made = readings.reduce((sum, { more, bad }) => sum + more + bad, 0);
          const bounds = [-100, ...cuts.toSorted((a, b) => a - b), 1400];
          const parts = bounds.slice(1).map((to, index) => inSpan(messages, bounds[index] ?? 0, to));
          assert.equal(
            parts.reduce((sum, part) => sum + part.processed, 0),
            made,
          );
          assert.equal(
            parts.reduce((sum, part) => sum + part.defective, 0),
            readings.reduce((sum, { bad }) => sum + bad, 0),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

suite("the view of production", () => {
  const log = [
    ...Array.from({ length: 30 }, (_, index) =>
      counted(index * 7, { processed: (index % 11) * 40, since: index }),
    ),
    counted(400, { processed: 5, defective: 9 }),
    told(CONTROLLER, "batch", T0, {
      event: "BATCH_START",
      product_type: "dark",
      batch_id: "B20261127-DA-0001",
      planned_kg: 6000,
    }),
    told(CONTROLLER, "batch", T0 + 9, {
      event: "BATCH_END",
      product_type: "dark",
      batch_id: "B20261127-DA-0001",
      produced_kg: 5900,
    }),
  ];

  test("depends on the set of messages, not on their order or on repetitions", () => {
    const dump = folded(productionView, log).dump();
    fc.assert(
      fc.property(
        fc.shuffledSubarray(log, { minLength: log.length }),
        fc.shuffledSubarray(log),
        (all, again) => {
          assert.deepEqual(folded(productionView, [...again, ...all]).dump(), dump);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("a reading that contradicts itself is a finding", () => {
    const { findings } = folded(productionView, log);
    assert.deepEqual(
      [...findings.values()].map(({ reason, detail }) => `${reason}: ${detail}`),
      ["counts_contradict: defective 9 is more than processed 5 (pieces)"],
    );
  });
});
