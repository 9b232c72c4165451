import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { HOUR_MS, quietPlant, START_MS } from "../../simulator/simulated-line.ts";
import { conditionIn, saidBy, scenario, tagsOf } from "./simulated-weeks.ts";

const plant = quietPlant();
const LINE = "tunis-01/line-a";
const SEED = 3;
/** A day of the line as it always is, before each scenario. */
const before = saidBy(plant, SEED, 24);

const EXPECTED = [
  {
    name: "sensor-stuck",
    machine: `${LINE}/s6_molding/molder-01`,
    tag: "nozzle_pressure_bar",
    kind: "stuck",
    fromH: 1,
    toH: 3,
  },
  {
    name: "sensor-noisy",
    machine: `${LINE}/s5_tempering/temper-01`,
    tag: "temp_in_c",
    kind: "noisy",
    fromH: 1,
    toH: 3,
  },
  {
    name: "sensor-drifting",
    machine: `${LINE}/s7_cooling/cooltunnel-01`,
    tag: "exit_temp_c",
    kind: "drift",
    fromH: 1,
    toH: 7.5,
  },
  {
    name: "tempering-cooler-failing",
    machine: `${LINE}/s5_tempering/temper-01`,
    tag: "temper_index",
    kind: "drift",
    fromH: 1,
    toH: 10,
  },
] as const;

suite("the condition of machines in scenarios", () => {
  for (const { name, machine, tag, kind, fromH, toH } of EXPECTED) {
    test(`${name}: ${kind} of ${tag}, in its time`, async () => {
      const disturbed = await scenario(name, plant);
      const tags = tagsOf([...before, ...saidBy(plant, SEED, 0, disturbed)], machine);
      const { findings, coverage } = conditionIn(
        plant,
        tags,
        machine,
        START_MS,
        START_MS + disturbed.hours * HOUR_MS,
      );
      const found = findings.filter((each) => each.tag === tag && each.kind === kind);
      assert.ok(
        found.length > 0,
        `only ${findings.map((each) => `${each.kind} ${each.tag}: ${each.says}`).join("; ")}`,
      );
      for (const { fromMs, toMs, sure } of found) {
        assert.ok(fromMs < START_MS + toH * HOUR_MS && toMs > START_MS + fromH * HOUR_MS);
        assert.ok(sure > 0.5 && sure < 1, `${sure}`);
      }
      assert.ok(coverage > 0.9, `${coverage}`);
    });
  }
});
