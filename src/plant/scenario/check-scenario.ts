import { type FilePath, type Finding, Findings } from "../finding.ts";
import type { Plant, PlantLine } from "../plant.ts";
import type { MachineModelName } from "../schema/simulation/machine-simulation.ts";
import type { Disturbance } from "./disturbance.ts";
import type { ScenarioDocument } from "./scenario-document.ts";

/** The line a scenario happens on: the one it names, else the first that is simulated. */
export function lineOfScenario(plant: Plant, scenario: ScenarioDocument): PlantLine | undefined {
  if (scenario.line !== undefined) {
    const [site = "", line = ""] = scenario.line.split("/");
    return plant.line(site, line);
  }
  return plant.lines.find(({ machines }) =>
    machines.some(({ definition }) => definition.simulation !== undefined),
  );
}

/** What of a scenario a plant doesn't have: lines, machines, tags, nozzles, ingredients, products. */
export function checkScenario(plant: Plant, scenario: ScenarioDocument): readonly Finding[] {
  const findings = new Findings();
  const line = lineOfScenario(plant, scenario);
  if (line === undefined) {
    const lines = plant.lines.map(({ site, definition }) => `${site.id}/${definition.id}`).join(", ");
    findings.add(["line"], `is no line that is simulated; lines are ${lines}`);
    return findings.list;
  }
  for (const [index, disturbance] of scenario.disturbances.entries())
    new Fit(plant, line, findings).disturbance(disturbance, ["disturbances", index]);
  for (const [index, expectation] of scenario.expect.entries()) {
    const place = ["expect", index] as const;
    const fit = new Fit(plant, line, findings);
    fit.machine(expectation.machine, [...place, "machine"]);
    for (const [at, evidence] of (expectation.evidence ?? []).entries()) {
      const where = [...place, "evidence", at] as const;
      fit.machine(evidence.machine, [...where, "machine"]);
      const machine = evidence.machine ?? expectation.machine;
      if ("tag" in evidence) fit.tag(machine, evidence.tag, [...where, "tag"]);
    }
  }
  return findings.list;
}

class Fit {
  readonly #plant: Plant;
  readonly #line: PlantLine;
  readonly #findings: Findings;

  constructor(plant: Plant, line: PlantLine, findings: Findings) {
    this.#plant = plant;
    this.#line = line;
    this.#findings = findings;
  }

  disturbance(disturbance: Disturbance, place: FilePath): void {
    switch (disturbance.action) {
      case "lot_contaminated":
        if (!Object.hasOwn(this.#line.definition.silos ?? {}, disturbance.ingredient))
          this.#findings.add([...place, "ingredient"], `has no silo on line ${this.#line.definition.id}`);
        break;
      case "nozzle_clogs":
        this.#nozzle(disturbance.nozzle, [...place, "nozzle"]);
        break;
      case "clean_skipped":
        if (this.#plant.product(disturbance.to) === undefined)
          this.#findings.add([...place, "to"], `is no product: ${disturbance.to}`);
        break;
      case "clock_jumps":
        this.machine(disturbance.machine, [...place, "machine"]);
        break;
      case "sensor_sticks":
      case "sensor_drifts":
      case "sensor_noisy":
        this.machine(disturbance.machine, [...place, "machine"]);
        this.tag(disturbance.machine, disturbance.tag, [...place, "tag"]);
        break;
      case "uplink_down":
        this.#model("gateway", [...place, "action"]);
        break;
    }
  }

  machine(name: string | undefined, place: FilePath): void {
    if (name === undefined || this.#definition(name) !== undefined) return;
    const known = this.#line.machines.map(({ definition }) => definition.id).join(", ");
    this.#findings.add(place, `is no machine of line ${this.#line.definition.id}; it has ${known}`);
  }

  tag(machine: string | undefined, tag: string, place: FilePath): void {
    const definition = machine === undefined ? undefined : this.#definition(machine);
    if (machine === undefined) this.#findings.add(place, "needs a machine, here or at the finding");
    else if (definition !== undefined && !Object.hasOwn(definition.tags, tag))
      this.#findings.add(place, `is no tag of ${machine}: ${tag}`);
  }

  #definition(name: string) {
    return this.#line.machines.find(({ definition }) => definition.id === name)?.definition;
  }

  #nozzle(nozzle: number, place: FilePath): void {
    for (const { definition } of this.#line.machines) {
      const { simulation } = definition;
      if (simulation?.model === "depositing" && nozzle > simulation.cavities)
        this.#findings.add(place, `must be at most ${simulation.cavities}, the nozzles of ${definition.id}`);
    }
  }

  #model(model: MachineModelName, place: FilePath): void {
    if (this.#line.machines.some(({ definition }) => definition.simulation?.model === model)) return;
    this.#findings.add(
      place,
      `needs a machine with simulation model ${model} on line ${this.#line.definition.id}`,
    );
  }
}
