import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { loadScenario, scenarioNames } from "../../../src/adapters/yaml/load-scenario.ts";
import type { ScenarioDocument } from "../../../src/plant/scenario/scenario-document.ts";
import { simulatePlant } from "../../../src/simulator/plant-simulation.ts";
import { checkTruth } from "../../../src/simulator/scenario/find-evidence.ts";
import type { SimulatedMessage } from "../../../src/simulator/simulated-message.ts";
import { HOUR_MS, quietPlant, START_MS } from "../simulated-line.ts";

const FOLDER = join(import.meta.dirname, "../../../scenarios");
const SEED = 3;
const plant = quietPlant();
const names = await scenarioNames(FOLDER);
const scenarios = await Promise.all(names.map((name) => loadScenario(name, FOLDER, plant)));

function run(scenario: ScenarioDocument | undefined, hours: number) {
  const line = simulatePlant(plant, { seed: SEED, startMs: START_MS, payloadVersion: 2, scenario });
  const said = line.advance(START_MS + hours * HOUR_MS);
  return { said, truth: line.truth() };
}

suite("scenarios", () => {
  const longest = Math.max(
    ...scenarios.filter(({ disturbances }) => disturbances.length > 0).map(({ hours }) => hours),
  );
  const undisturbed = run(undefined, longest).said;

  for (const scenario of scenarios) {
    test(`${scenario.id}: what is to be found is in the messages, and only because of the scenario`, () => {
      const { said, truth } = run(scenario, scenario.hours);
      assert.ok(truth !== undefined);
      for (const { finding, missing } of checkTruth(truth, said))
        assert.deepEqual(missing, [], `${finding.finding}: ${finding.says}`);
      if (scenario.disturbances.length === 0) return;
      const without = checkTruth({ ...truth, affected: [] }, undisturbed);
      for (const { finding, missing } of without)
        assert.notDeepEqual(missing, [], `${finding.finding} is found without the scenario`);
    });

    test(`${scenario.id}: is named as its file, and is the same again`, () => {
      assert.ok(names.includes(scenario.id));
      const hours = Math.min(2, scenario.hours);
      assert.equal(text(run(scenario, hours).said), text(run(scenario, hours).said));
    });
  }

  test("until something goes wrong, the line says what it says without the scenario", () => {
    for (const scenario of scenarios) {
      const beginMs =
        START_MS + Math.min(scenario.hours, ...scenario.disturbances.map(({ at_h }) => at_h)) * HOUR_MS;
      const before = (said: readonly SimulatedMessage[]) =>
        said.filter(({ atMs }) => atMs < Math.min(beginMs, START_MS + HOUR_MS));
      assert.equal(text(before(run(scenario, 1).said)), text(before(undisturbed)), scenario.id);
    }
  });
});

function text(said: readonly SimulatedMessage[]): string {
  return JSON.stringify(said);
}
