import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { TemperingParameters } from "../../../src/plant/schema/simulation/bar-simulation.ts";
import { TemperZones } from "../../../src/simulator/process/temper-zones.ts";
import { RandomStream } from "../../../src/simulator/random-stream.ts";
import { chocolatePlant, chocolateProduct } from "../../plant/chocolate-document.ts";

function calm(): TemperingParameters {
  const simulation = chocolatePlant().machine("tunis-01/line-a/s5_tempering/temper-01")?.definition
    .simulation;
  assert.ok(simulation?.model === "tempering");
  const disturbance = { ...simulation.disturbance, mean_hours: 1e9, at_start: { began_s: 0, lasts_s: 0 } };
  return { ...simulation, noise_k: 0, index_noise: 0, disturbance };
}

function recipe(product: string) {
  const found = chocolateProduct(product).recipe.phases.tempering;
  assert.ok(found !== undefined);
  return found;
}

function run(zones: TemperZones, seconds: number): void {
  for (let second = 0; second < seconds; second++) zones.step();
}

suite("the zones of a temperer", () => {
  test("stay at the recipe's temperatures and index when nothing happens", () => {
    const zones = new TemperZones(calm(), new RandomStream(1, "zones"), recipe("milk"));
    run(zones, 3600);
    const { in_c, cool_c, out_c, index } = recipe("milk");
    assert.deepEqual([zones.inC, zones.coolC, zones.outC, zones.temperIndex], [in_c, cool_c, out_c, index]);
    assert.equal(zones.viscosityPct, 0);
  });

  test("follow another product's set points with one to two minutes of time constant", () => {
    const zones = new TemperZones(calm(), new RandomStream(1, "zones"), recipe("white"));
    zones.follow(recipe("dark"));
    run(zones, 60);
    const [white, dark] = [recipe("white").out_c, recipe("dark").out_c];
    assert.ok(Math.abs(zones.outC - (dark - (dark - white) * Math.exp(-1))) < 0.01, String(zones.outC));
    run(zones, 3600);
    assert.ok(
      Math.abs(zones.outC - dark) < 1e-6 && Math.abs(zones.temperIndex - recipe("dark").index) < 0.01,
    );
  });

  test("water that is too hot melts crystals: the index sinks while it lasts, and comes back", () => {
    const parameters = calm();
    const disturbance = { ...parameters.disturbance, at_start: { began_s: 0, lasts_s: 180 } };
    const zones = new TemperZones(
      { ...parameters, disturbance },
      new RandomStream(1, "zones"),
      recipe("dark"),
    );
    run(zones, 180);
    assert.ok(zones.outC > 33 && zones.viscosityPct < 0);
    const sunk = zones.temperIndex;
    assert.ok(sunk < 4, String(sunk));
    run(zones, 3600);
    assert.ok(Math.abs(zones.temperIndex - recipe("dark").index) < 0.01);
  });
});
