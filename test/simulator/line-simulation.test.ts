import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { MESSAGE_TYPES } from "../../src/contract/topic.ts";
import { expandPlant } from "../../src/plant/expand-plant.ts";
import { simulateLine } from "../../src/simulator/line-simulation.ts";
import type { SimulatedMessage } from "../../src/simulator/simulated-message.ts";
import { chocolatePlant } from "../plant/chocolate-document.ts";
import { changedPlant, hoursOf, of, START_MS, simulation } from "./simulated-line.ts";

const STEPS = [
  "s1_dosing",
  "s2_mixing",
  "s3_refining",
  "s4_conching",
  "s5_tempering",
  "s6_molding",
  "s7_cooling",
  "s8_packaging",
];
const QUARTER_H = 0.25;

suite("a simulated line", () => {
  test("says the same, byte for byte, for the same plant, seed and start", () => {
    assert.equal(JSON.stringify(hoursOf(QUARTER_H)), JSON.stringify(hoursOf(QUARTER_H)));
  });

  test("says something else for another seed", () => {
    assert.notEqual(JSON.stringify(hoursOf(QUARTER_H)), JSON.stringify(hoursOf(QUARTER_H, { seed: 2 })));
  });

  test("says the same however time is cut", () => {
    const spanMs = 240_000;
    const whole = JSON.stringify(simulation().advance(START_MS + spanMs));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5_000, max: spanMs }), { maxLength: 40 }), (cuts) => {
        const line = simulation();
        // Some cuts go back in time: those must give nothing and lose nothing.
        const parts = [...cuts, spanMs].map((cut) => line.advance(START_MS + cut));
        assert.equal(JSON.stringify(parts.flat()), whole);
      }),
      { numRuns: 15 },
    );
  });

  test("gives what was said up to a time, in the order of time, each machine's telemetry once a second", () => {
    const line = simulation();
    const first = line.advance(START_MS + 10_500);
    const second = line.advance(START_MS + 20_000);
    assert.ok(first.every((said) => said.atMs >= START_MS && said.atMs <= START_MS + 10_500));
    assert.ok(second.every((said) => said.atMs > START_MS + 10_500 && said.atMs <= START_MS + 20_000));
    const all = [...first, ...second];
    for (const [index, said] of all.entries()) assert.ok(said.atMs >= (all[index - 1]?.atMs ?? 0));
    assert.equal(of(all, "telemetry", "temper-01").length, 20);
    assert.equal(of(all, "telemetry", "edge-gw-01").length, 2);
  });

  for (const payloadVersion of [1, 2] as const) {
    test(`shows everything within its first 15 seconds (version ${payloadVersion})`, () => {
      for (let seed = 1; seed <= 20; seed++) {
        const said = simulation({ seed, payloadVersion }).advance(START_MS + 15_000);
        const steps = new Set(of(said, "telemetry").map(({ machine }) => machine.step));
        for (const step of STEPS)
          assert.ok(steps.has(step as never), `seed ${seed}: no telemetry of ${step}`);
        for (const type of MESSAGE_TYPES) assert.ok(of(said, type).length > 0, `seed ${seed}: no ${type}`);
        const products = new Set(of(said, "telemetry").map(({ payload }) => payload.product_type));
        assert.deepEqual([...products].filter(Boolean).sort(), ["dark", "milk", "white"], `seed ${seed}`);
        assert.ok(
          of(said, "alarm", "temper-01").some(({ payload }) => payload.code === "TEMP_OUT_OF_RANGE"),
          `seed ${seed}: no temperature alarm`,
        );
      }
    });
  }

  test("begins with every machine ONLINE, before anything else it says", () => {
    const said = simulation().advance(START_MS + 2_000);
    for (const { definition } of chocolatePlant().machines) {
      const first = said.find(({ machine }) => machine.machine === definition.id);
      assert.equal(first?.type, "state", definition.id);
      assert.equal(first?.payload.state, "ONLINE", definition.id);
    }
  });

  test("another machine changes nothing in what the others say", () => {
    const withGateway = changedPlant((document) => {
      const machines = document.sites[0]?.lines[0]?.machines;
      const gateway = machines?.[0];
      if (machines !== undefined && gateway !== undefined) machines.unshift({ ...gateway, id: "edge-gw-02" });
    });
    const others = hoursOf(QUARTER_H, { plant: withGateway }).filter(
      ({ machine }) => machine.machine !== "edge-gw-02",
    );
    // Two machines may speak in the same millisecond; whose turn is first then follows the plant file.
    assert.deepEqual(byMachine(others), byMachine(hoursOf(QUARTER_H)));
  });

  test("lines and sites have lives of their own", () => {
    const plant = expandPlant(chocolatePlant(), { lines: 2 });
    const options = { seed: 1, startMs: START_MS, payloadVersion: 2 } as const;
    const a = simulateLine(plant, "tunis-01", "line-a", options).advance(START_MS + 60_000);
    const b = simulateLine(plant, "tunis-01", "line-b", options).advance(START_MS + 60_000);
    assert.deepEqual(byMachine(a), byMachine(simulation().advance(START_MS + 60_000)));
    const values = (said: readonly SimulatedMessage[]) =>
      of(said, "telemetry", "temper-01").map(({ payload }) => payload.tags);
    assert.notDeepEqual(values(a), values(b));
    const batches = (said: readonly SimulatedMessage[]) =>
      new Set(said.flatMap(({ payload }) => payload.batch_id ?? []));
    const ofB = batches(b);
    assert.deepEqual(
      [...batches(a)].filter((batch) => ofB.has(batch)),
      [],
    );
    assert.equal(b[0]?.machine.line, "line-b");
  });

  test("a line that isn't there, or isn't simulated, is an error that says so", () => {
    const options = { seed: 1, startMs: START_MS, payloadVersion: 2 } as const;
    assert.throws(() => simulateLine(chocolatePlant(), "tunis-01", "line-z", options), {
      code: "CONCHE_PLANT_INVALID",
      message: /its lines are tunis-01\/line-a/,
    });
    const silent = changedPlant((document) => {
      const line = document.sites[0]?.lines[0];
      delete line?.production;
      for (const machine of line?.machines ?? []) delete machine.simulation;
    });
    assert.throws(() => simulateLine(silent, "tunis-01", "line-a", options), {
      code: "CONCHE_PLANT_INVALID",
      message: /can't be simulated/,
    });
  });

  test("a line of machines that nobody simulates is an error too, whatever else the file says of it", () => {
    const unmodelled = changedPlant((document) => {
      for (const machine of document.sites[0]?.lines[0]?.machines ?? []) delete machine.simulation;
    });
    assert.throws(() => simulation({ plant: unmodelled }), {
      code: "CONCHE_PLANT_INVALID",
      message: /can't be simulated/,
    });
  });

  test("a start between two milliseconds is that of the one before", () => {
    const parts = [START_MS, START_MS + 0.7].map((startMs) =>
      simulation({ startMs }).advance(START_MS + 2_000),
    );
    assert.deepEqual(parts[1], parts[0]);
  });

  test("endless time is refused instead of taken literally", () => {
    assert.throws(() => simulation().advance(Number.POSITIVE_INFINITY), RangeError);
    assert.throws(() => simulation().advance(Number.NaN), RangeError);
  });
});

function byMachine(said: readonly SimulatedMessage[]): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(Object.groupBy(said, ({ machine }) => machine.machine)).map(([machine, messages]) => [
      machine,
      (messages ?? []).map((message) => JSON.stringify([message.type, message.atMs, message.payload])),
    ]),
  );
}
