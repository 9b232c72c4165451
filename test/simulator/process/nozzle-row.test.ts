import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { DepositingParameters } from "../../../src/plant/schema/simulation/bar-simulation.ts";
import { NozzleRow } from "../../../src/simulator/process/nozzle-row.ts";
import { RandomStream } from "../../../src/simulator/random-stream.ts";
import { chocolatePlant } from "../../plant/chocolate-document.ts";

function parameters(change: Partial<DepositingParameters> = {}): DepositingParameters {
  const simulation = chocolatePlant().machine("tunis-01/line-a/s6_molding/molder-01")?.definition.simulation;
  assert.ok(simulation?.model === "depositing");
  return { ...simulation, ...change };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

suite("a row of nozzles", () => {
  test("each nozzle spreads by 0.6 to 1.2 g around a mean of its own; all of them around the target", () => {
    const row = new NozzleRow(parameters({ bubble_share: 0 }), new RandomStream(1, "nozzles"));
    const moulds = Array.from({ length: 3000 }, () => row.deposit(100.5, 0));
    const means: number[] = [];
    for (let nozzle = 0; nozzle < 10; nozzle++) {
      const weights = moulds.map((mould) => mould[nozzle] ?? 0);
      const mean = meanOf(weights);
      const sigma = Math.sqrt(meanOf(weights.map((weight) => (weight - mean) ** 2)));
      assert.ok(sigma > 0.6 && sigma < 1.2, `nozzle ${nozzle + 1}: sigma ${sigma}`);
      means.push(mean);
    }
    assert.ok(Math.abs(meanOf(means) - 100.5) < 0.02, String(meanOf(means)));
    assert.ok(Math.max(...means) - Math.min(...means) > 0.3, "nozzles differ");
  });

  test("viscous mass deposits less at first; the stroke follows and brings the mean back", () => {
    const row = new NozzleRow(parameters({ bubble_share: 0 }), new RandomStream(2, "nozzles"));
    for (let mould = 0; mould < 500; mould++) row.deposit(100.5, 0);
    const first = meanOf(Array.from({ length: 10 }, () => meanOf(row.deposit(100.5, 50))));
    for (let mould = 0; mould < 500; mould++) row.deposit(100.5, 50);
    const later = meanOf(Array.from({ length: 100 }, () => meanOf(row.deposit(100.5, 50))));
    assert.ok(first < 100.1, String(first));
    assert.ok(Math.abs(later - 100.5) < 0.1, String(later));
  });

  test("air bubbles make a tail towards light bars, and none towards heavy ones", () => {
    const row = new NozzleRow(parameters({ bubble_share: 0.05 }), new RandomStream(3, "nozzles"));
    const all = Array.from({ length: 2000 }, () => row.deposit(100.5, 0)).flat();
    assert.ok(all.some((weight) => weight < 95));
    assert.ok(all.every((weight) => weight < 106 && weight >= 0));
  });
});
