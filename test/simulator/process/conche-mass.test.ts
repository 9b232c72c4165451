import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ConcheMass } from "../../../src/simulator/process/conche-mass.ts";

const PARAMETERS = {
  heatCapacityKjKgK: 1.7,
  wallKwK: (6000 * 1.7) / 3600,
  dryingPerH: 0.4,
  moistureEquilibriumPct: 0.6,
  acidityTauH: 4,
};

function filled(tempC = 60): ConcheMass {
  const mass = new ConcheMass(PARAMETERS, 20);
  mass.add(6000, tempC, 1.2, 100);
  return mass;
}

function work(mass: ConcheMass, hours: number, heatKw: number, jacketC: number): void {
  for (let second = 0; second < hours * 3600; second++) mass.step(heatKw, jacketC, 60);
}

suite("mass in a conche", () => {
  test("settles where the shaft's heat leaves through the wall", () => {
    const mass = filled();
    work(mass, 12, 40, 50);
    const expected = 50 + 40 / PARAMETERS.wallKwK;
    assert.ok(Math.abs(mass.tempC - expected) < 0.1, `${mass.tempC}, not ${expected}`);
  });

  test("follows the jacket with the time constant of the wall", () => {
    const mass = filled(40);
    work(mass, 1, 0, 60);
    assert.ok(Math.abs(mass.tempC - (60 - 20 * Math.exp(-1))) < 0.1, String(mass.tempC));
  });

  test("dries as an exponential towards its equilibrium: 63 % of the way in 2.5 h at k = 0.4", () => {
    const mass = filled();
    work(mass, 2.5, 0, 60);
    assert.ok(Math.abs(mass.moisturePct - (0.6 + 0.6 * Math.exp(-1))) < 0.01, String(mass.moisturePct));
    work(mass, 60, 0, 60);
    assert.ok(mass.moisturePct >= 0.6 && mass.moisturePct < 0.601, String(mass.moisturePct));
  });

  test("dries faster when it is warmer", () => {
    const cool = filled(50);
    const warm = filled(70);
    work(cool, 1, 0, 50);
    work(warm, 1, 0, 70);
    assert.ok(warm.moisturePct < cool.moisturePct);
  });

  test("loses the mass of the water and nothing else", () => {
    const mass = filled();
    work(mass, 5, 30, 55);
    assert.ok(mass.evaporatedKg > 20);
    assert.ok(Math.abs(mass.kg + mass.evaporatedKg - 6000) < 1e-6);
  });

  test("loses 63 % of its acids in one time constant", () => {
    const mass = filled();
    work(mass, 4, 0, 60);
    assert.ok(Math.abs(mass.acidityPct - 100 * Math.exp(-1)) < 0.1, String(mass.acidityPct));
  });

  test("mixes what comes in by mass", () => {
    const mass = filled(60);
    mass.add(6000, 40, 0.8, 0);
    assert.deepEqual([mass.kg, mass.tempC, mass.acidityPct], [12000, 50, 50]);
    assert.ok(Math.abs(mass.moisturePct - 1.0) < 1e-9);
  });

  test("an almost empty trough stays calm", () => {
    const mass = new ConcheMass(PARAMETERS, 20);
    mass.add(1.5, 41, 1.1, 100);
    for (let second = 0; second < 600; second++) {
      mass.step(60, 90, 60);
      assert.ok(mass.tempC < 120 && mass.tempC > 0, String(mass.tempC));
    }
  });
});
