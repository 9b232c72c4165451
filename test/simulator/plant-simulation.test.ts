import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { expandPlant } from "../../src/plant/expand-plant.ts";
import { simulatePlant } from "../../src/simulator/plant-simulation.ts";
import { chocolatePlant } from "../plant/chocolate-document.ts";
import { changedPlant, START_MS, simulation } from "./simulated-line.ts";

const OPTIONS = { seed: 1, startMs: START_MS, payloadVersion: 2 } as const;

suite("a simulated plant", () => {
  test("is its lines, in the order of time, each as it would be alone", () => {
    const plant = expandPlant(chocolatePlant(), { lines: 3 });
    const said = simulatePlant(plant, OPTIONS).advance(START_MS + 5_000);
    assert.deepEqual([...new Set(said.map(({ machine }) => machine.line))].sort(), [
      "line-a",
      "line-b",
      "line-c",
    ]);
    for (const [index, { atMs }] of said.entries()) assert.ok(atMs >= (said[index - 1]?.atMs ?? 0));
    const first = said.filter(({ machine }) => machine.line === "line-a");
    assert.deepEqual(first, simulation().advance(START_MS + 5_000));
  });

  test("leaves out lines of real machines", () => {
    const plant = changedPlant((document) => {
      const lines = document.sites[0]?.lines;
      const [line] = lines ?? [];
      assert.ok(line !== undefined);
      const machines = line.machines.map(({ simulation: _, ...machine }) => machine);
      lines?.unshift({ id: "line-real", machines });
    });
    const said = simulatePlant(plant, OPTIONS).advance(START_MS + 2_000);
    assert.deepEqual([...new Set(said.map(({ machine }) => machine.line))], ["line-a"]);
  });

  test("without any line to simulate is an error that says so", () => {
    const plant = changedPlant((document) => {
      for (const machine of document.sites[0]?.lines[0]?.machines ?? []) delete machine.simulation;
    });
    assert.throws(() => simulatePlant(plant, OPTIONS), { code: "CONCHE_PLANT_INVALID" });
  });
});
