import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { CHARACTERISTICS, SAMPLES } from "../../../src/monitor/quality/quality-tables.ts";
import { QUALITY_VIEW, SAMPLES_KEPT_MS } from "../../../src/monitor/quality/quality-view.ts";
import { newestSample, numbersOf, samplesOf } from "../../../src/monitor/quality/samples.ts";
import type { ViewMessage } from "../../../src/views/view.ts";
import { MemoryViewStore } from "../../views/memory-view-store.ts";
import { readingOf, viewMessage } from "../simulated-messages.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const PACKER = "tunis-01/line-a/s8_packaging/packer-03";
const iso = (minute: number) => new Date(START_MS + minute * 60_000).toISOString();

let id = 0;
const quality = (minute: number, body: Record<string, unknown>, machine = PACKER): ViewMessage =>
  viewMessage(`factory/${machine}/quality`, { ts: iso(minute), ...body }, ++id);

function emptyStore(): MemoryViewStore {
  const store = new MemoryViewStore();
  for (const table of QUALITY_VIEW.tables) store.rows(table);
  return store;
}

function folded(messages: readonly ViewMessage[]): MemoryViewStore {
  const store = emptyStore();
  for (const message of messages) QUALITY_VIEW.fold(message, store);
  return store;
}

const weight = { machine: PACKER, characteristic: "weight_g" };

describe("samples", () => {
  it("single readings are the numbers; nozzle, limits and curve stay with the result", () => {
    const curve = { x: "s", y: "Pa", points: [[1, 2]] };
    const store = folded([
      quality(0, {
        v: 2,
        sample: { sample_id: "W-1", taken_at: iso(-2) },
        batch_id: "B20260111-DA-0042",
        results: [
          { characteristic: "weight_g", value: 100.2, readings: [100, 100.4], unit: "g", lower: 95.5 },
          { characteristic: "d90_um", value: 20, nozzle: 3, pass: true, curve },
          { characteristic: "seal", value: "PASS", pass: true },
        ],
      }),
    ]);
    const row = newestSample(readingOf(store), weight);
    assert.deepEqual(row && numbersOf(row), [100, 100.4]);
    assert.equal(row?.at_ms, START_MS - 2 * 60_000);
    assert.equal(row?.lower, 95.5);
    const fine = newestSample(readingOf(store), { machine: PACKER, characteristic: "d90_um" });
    assert.deepEqual(JSON.parse(fine?.results ?? ""), [{ value: 20, nozzle: 3, pass: true }]);
    assert.deepEqual(JSON.parse(fine?.curves ?? ""), [curve]);
    const seal = newestSample(readingOf(store), { machine: PACKER, characteristic: "seal" });
    assert.deepEqual([seal?.n, seal?.words, seal?.passed], [0, 1, 1]);
  });

  it("numbers that are no good are counted and left out", () => {
    const results = [
      { characteristic: "weight_g", value: 100 },
      { characteristic: "weight_g", value: 50, quality: "bad" },
      { characteristic: "weight_g", value: 70, quality: "uncertain" },
    ];
    const row = newestSample(readingOf(folded([quality(0, { v: 2, results })])), weight);
    assert.deepEqual([row?.n, row?.mean, row?.doubtful], [1, 100, 2]);
  });

  it("what was corrected by a later message no longer counts, whichever comes first", () => {
    const wrong = quality(0, {
      v: 2,
      boot: "boot-0001",
      seq: 7,
      results: [{ characteristic: "weight_g", value: 1 }],
    });
    const corrects = { boot: "boot-0001", seq: 7, reason: "scale", by: "lab" };
    const right = quality(5, { v: 2, corrects, results: [{ characteristic: "weight_g", value: 100 }] });
    for (const order of [
      [wrong, right],
      [right, wrong],
    ]) {
      const rows = [...samplesOf(readingOf(folded(order)), weight)];
      assert.deepEqual(
        rows.map(({ mean }) => mean),
        [100],
      );
    }
  });

  it("version 1: results by name, words beside numbers", () => {
    const body = {
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
      results: { weight_g: 100.3, label: "PASS" },
    };
    const store = folded([quality(0, body)]);
    assert.equal(newestSample(readingOf(store), weight)?.mean, 100.3);
  });

  it("are let go 400 days after they were taken and received", () => {
    const store = folded([quality(0, { v: 2, results: [{ characteristic: "weight_g", value: 1 }] })]);
    QUALITY_VIEW.retain?.(START_MS + SAMPLES_KEPT_MS, store);
    assert.equal([...store.rows(SAMPLES).range()].length, 1);
    QUALITY_VIEW.retain?.(START_MS + SAMPLES_KEPT_MS + 2 * 86_400_000, store);
    assert.equal([...store.rows(SAMPLES).range()].length, 0);
    assert.equal([...store.rows(CHARACTERISTICS).range()].length, 0);
  });
});

describe("the quality view", () => {
  const said = fc.record({
    minute: fc.nat({ max: 5 }),
    sample: fc.constantFrom(undefined, "S1", "S2"),
    seq: fc.constantFrom(undefined, 1, 2, 3),
    corrects: fc.constantFrom(undefined, undefined, 1, 2),
    values: fc.array(fc.record({ characteristic: fc.constantFrom("a", "b"), value: fc.nat({ max: 9 }) }), {
      maxLength: 4,
    }),
    old: fc.boolean(),
  });
  const messages = fc.array(said, { maxLength: 15 }).map((all) =>
    all.map(({ minute, sample, seq, corrects, values, old }, index) => {
      const body = {
        v: 2,
        ...(sample === undefined ? {} : { sample: { sample_id: sample } }),
        ...(seq === undefined ? {} : { boot: "boot-0001", seq }),
        ...(corrects === undefined
          ? {}
          : { corrects: { boot: "boot-0001", seq: corrects, reason: "r", by: "b" } }),
        results: values,
      };
      const message = quality(minute - (old ? 5000 : 0), body);
      return { ...message, id: index + 1 };
    }),
  );

  it("any order, any repetition, any time of letting go give the same rows", () => {
    fc.assert(
      fc.property(
        messages.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length })),
        ),
        fc.boolean(),
        ([all, shuffled], early) => {
          const newestMs = START_MS + SAMPLES_KEPT_MS;
          const expected = folded(all);
          QUALITY_VIEW.retain?.(newestMs, expected);
          const store = emptyStore();
          if (early) QUALITY_VIEW.retain?.(newestMs, store);
          for (const message of shuffled) QUALITY_VIEW.fold(message, store);
          QUALITY_VIEW.retain?.(newestMs, store);
          assert.deepEqual(store.dump(), expected.dump());
        },
      ),
      { numRuns: 500 },
    );
  });
});
