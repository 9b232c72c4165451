import type { MachineKey } from "../../contract/topic.ts";
import type { PlantLine } from "../../plant/plant.ts";
import type { Evidence } from "../../plant/scenario/evidence.ts";
import type { ScenarioDocument } from "../../plant/scenario/scenario-document.ts";
import type { MachineEvent } from "../report/machine-event.ts";
import { AffectedLots } from "./affected-lots.ts";
import type { ExpectedFinding, GroundTruth, ResolvedEvidence } from "./ground-truth.ts";

const HOUR_MS = 3_600_000;

/** A scenario as it happens on a line: keeps the truth about it. */
export class ScenarioRun {
  readonly scenario: ScenarioDocument;
  readonly #line: PlantLine;
  readonly #startMs: number;
  readonly #affected: AffectedLots[] = [];

  constructor(scenario: ScenarioDocument, line: PlantLine, startMs: number) {
    this.scenario = scenario;
    this.#line = line;
    this.#startMs = startMs;
  }

  /** From now on a lot is followed: it is contaminated. */
  follow(lotId: string): void {
    this.#affected.push(new AffectedLots(lotId));
  }

  /** Something was said. */
  see(event: MachineEvent): void {
    if (event.type !== "batch") return;
    for (const affected of this.#affected) affected.see(event.body);
  }

  get truth(): GroundTruth {
    const { id, title, hours, expect } = this.scenario;
    return {
      scenario: id,
      title,
      line: `${this.#line.site.id}/${this.#line.definition.id}`,
      startMs: this.#startMs,
      endMs: this.#startMs + hours * HOUR_MS,
      findings: expect.map((expectation): ExpectedFinding => {
        const machine = this.#keyOf(expectation.machine);
        return {
          finding: expectation.finding,
          says: expectation.says,
          ...(machine === undefined ? {} : { machine }),
          fromMs: this.#startMs + expectation.from_h * HOUR_MS,
          untilMs: this.#startMs + expectation.until_h * HOUR_MS,
          alarms: expectation.alarms ?? [],
          evidence: (expectation.evidence ?? []).map((evidence) => this.#resolved(evidence, machine)),
        };
      }),
      affected: this.#affected.map(({ found }) => found),
    };
  }

  #resolved(evidence: Evidence, ofFinding: MachineKey | undefined): ResolvedEvidence {
    const machineKey = evidence.machine === undefined ? ofFinding : this.#keyOf(evidence.machine);
    return machineKey === undefined ? evidence : { ...evidence, machineKey };
  }

  /** The checks of the scenario have seen that the line has it. */
  #keyOf(machine: string | undefined): MachineKey | undefined {
    return this.#line.machines.find(({ definition }) => definition.id === machine)?.key;
  }
}
