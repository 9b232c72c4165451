import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { machineStateView } from "../../../src/monitor/machine-state/machine-state-view.ts";
import { silenceOf } from "../../../src/monitor/machine-state/silence.ts";
import { lineEnergy } from "../../../src/monitor/production/energy.ts";
import { productionView } from "../../../src/monitor/production/production-view.ts";
import { tagsView } from "../../../src/monitor/tags/tags-view.ts";
import { of, quietPlant, START_MS, simulation } from "../../simulator/simulated-line.ts";
import { fromSimulation, read } from "../told.ts";

const HOURS = 6;
const SPAN = { fromMs: START_MS, toMs: START_MS + HOURS * 3_600_000 };
const plant = quietPlant();
const said = simulation({ plant, seed: 3 }).advance(SPAN.toMs);
const messages = fromSimulation(said);
const source = {
  states: read(machineStateView, messages),
  production: read(productionView, messages),
  tags: read(tagsView, messages),
  nowMs: SPAN.toMs,
  silentAfterMs: silenceOf(plant),
};
const [line] = plant.lines;
assert.ok(line);

suite("energy of a simulated line", () => {
  const [whole, ...products] = lineEnergy(source, plant, line, SPAN, "product");

  test("is the power that its machines said, a minute each, over the good bars that left", () => {
    assert.ok(whole && whole.goodKg !== null && whole.kwh !== null);
    for (const { machine, kwh } of whole.machines) {
      assert.ok(kwh !== null);
      const values = of(said, "telemetry", machine.split("/")[3]).map(
        ({ payload }) => (payload.tags as Record<string, number>).power_kw ?? Number.NaN,
      );
      const expected = values.reduce((sum, kw) => sum + kw / 60, 0);
      assert.ok(Math.abs(kwh / expected - 1) < 0.005, `${machine}: ${kwh} kWh, ${expected} by its messages`);
    }
    assert.deepEqual(
      whole.machines.map(({ machine }) => machine.split("/")[3]),
      ["mixer-02", "refiner-01", "conche-01"],
    );
    const counts = of(said, "state", "packer-03").findLast(({ payload }) => payload.counts !== undefined)
      ?.payload.counts as { processed: number; defective: number };
    assert.ok(Math.abs(whole.goodKg - (counts.processed - counts.defective) / 10) < 1e-6);
    assert.equal(whole.kwhPerTonne, whole.kwh / (whole.goodKg / 1000));
    assert.ok((whole.coverage ?? 0) > 0.99);
  });

  test("by product is that of the machines while they worked on it, and sums to the whole", () => {
    assert.ok(whole && whole.goodKg !== null && whole.kwh !== null && products.length >= 2);
    const sum = products.reduce((total, { kwh }) => total + (kwh ?? 0), 0);
    assert.ok(Math.abs(sum / whole.kwh - 1) < 0.005, `${sum} of ${whole.kwh} kWh`);
    const kg = products.reduce((total, { goodKg }) => total + (goodKg ?? 0), 0);
    assert.ok(Math.abs(kg - whole.goodKg) < 1e-6);
  });

  test("where no power was measured nobody knows how much was used: null, not 0", () => {
    const deaf = { ...source, tags: read(tagsView, []) };
    for (const figures of lineEnergy(deaf, plant, line, SPAN, "product")) {
      const { name, kwh, kwhPerTonne, machines } = figures;
      assert.deepEqual([kwh, kwhPerTonne], [null, null], name ?? "whole");
      for (const each of machines) assert.equal(each.kwh, null);
    }
    const shift = lineEnergy(
      source,
      plant,
      line,
      { fromMs: SPAN.fromMs, toMs: SPAN.fromMs + 60_000 },
      "order",
    );
    for (const { coverage, kwh } of shift) if (coverage === null) assert.equal(kwh, null);
  });

  test("a span of nothing has none, and no error", () => {
    assert.deepEqual(
      lineEnergy(source, plant, line, { fromMs: SPAN.toMs + 1, toMs: SPAN.toMs + 2 }, "shift"),
      [],
    );
  });
});
