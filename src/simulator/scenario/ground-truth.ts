import type { MachineKey } from "../../contract/topic.ts";
import type { Evidence } from "../../plant/scenario/evidence.ts";
import type { Affected } from "./affected-lots.ts";

/** Something that a good monitoring system finds, with everything that the run has decided filled in. */
export interface ExpectedFinding {
  readonly finding: string;
  readonly says: string;
  /** Absent when it is about the whole line. */
  readonly machine?: MachineKey;
  /** ms since 1970 */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Codes of alarms that are raised. */
  readonly alarms: readonly string[];
  readonly evidence: readonly ResolvedEvidence[];
}

/** Evidence whose machine is written out. */
export type ResolvedEvidence = Evidence & { readonly machineKey?: MachineKey };

/** The truth about a run of a scenario: what happened, and what is to be found of it. */
export interface GroundTruth {
  readonly scenario: string;
  readonly title: string;
  /** `<site>/<line>` */
  readonly line: string;
  /** When all of it is over, ms since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly findings: readonly ExpectedFinding[];
  /** What the contaminated lots have got into so far, where there is one. */
  readonly affected: readonly Affected[];
}
