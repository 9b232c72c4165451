import type { LineContext } from "./line-context.ts";
import type { RandomStream } from "./random-stream.ts";
import type { Readings } from "./report/machine-event.ts";
import type { MachineReporter } from "./report/machine-reporter.ts";
import type { StepTime } from "./step-time.ts";

/** The physics of one kind of machine. */
export interface MachineModel {
  /** Goes one step of STEP_S further; what happens in it is said through the reporter. */
  step(now: StepTime): void;
  /** What its instruments show at the end of the step, by tag name: good until the next step. */
  readings(): Readings;
}

/** What a model is made with. */
export interface ModelContext<Parameters> {
  readonly parameters: Parameters;
  readonly report: MachineReporter;
  /** The machine's own stream: no other machine draws from it. */
  readonly random: RandomStream;
  readonly line: LineContext;
}
