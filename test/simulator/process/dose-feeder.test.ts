import assert from "node:assert/strict";
import { test } from "node:test";
import type { DosingParameters } from "../../../src/plant/schema/simulation/mass-simulation.ts";
import { DoseFeeder } from "../../../src/simulator/process/dose-feeder.ts";
import { RandomStream } from "../../../src/simulator/random-stream.ts";
import { chocolatePlant } from "../../plant/chocolate-document.ts";

function dosingParameters(): DosingParameters {
  const simulation = chocolatePlant().machine("tunis-01/line-a/s1_dosing/weigher-01")?.definition.simulation;
  assert.ok(simulation?.model === "dosing");
  return simulation;
}

test("doses of bulk ingredients end within half a percent, on both sides of the target", () => {
  const parameters = dosingParameters();
  const feeder = new DoseFeeder(parameters, new RandomStream(1, "feeder"));
  const errors: number[] = [];
  for (let dose = 0; dose < 300; dose++) {
    feeder.begin();
    let seconds = 0;
    while (!feeder.step("sugar", 458, parameters.feeders.bulk)) seconds += 1;
    errors.push(feeder.dosedKg / 458 - 1);
    assert.ok(seconds > 150 && seconds < 300, `${seconds} s`);
  }
  assert.ok(Math.max(...errors.map(Math.abs)) < 0.005);
  assert.ok(errors.some((error) => error > 0) && errors.some((error) => error < 0));
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  assert.ok(Math.abs(mean) < 0.0003, `the expectation is learned: mean error ${mean}`);
});

test("a dose smaller than the fine feed's range is fed fine from the beginning", () => {
  const parameters = dosingParameters();
  const feeder = new DoseFeeder(parameters, new RandomStream(1, "feeder"));
  feeder.begin();
  assert.equal(feeder.step("sugar", 5, parameters.feeders.bulk), false);
  assert.ok(feeder.flowKgS < 2 * parameters.feeders.bulk.fine_kg_s);
});
