import type { TortureRun } from "./torture-run.ts";

/** A row of the fault matrix, and how it is put to the test. */
export interface Row {
  /** Its number in the fault matrix (docs/guarantees.md). */
  readonly number: number;
  readonly fault: string;
  /** What must hold. */
  readonly holds: string;
  /** How many of a campaign's runs it gets, against the others; each row gets one in any case. */
  readonly weight: number;
  /** Why it can't run here, or false. */
  readonly skip: string | false;
  /** Runs it once. Throws or notes violations when something does not hold. */
  readonly run: (run: TortureRun) => Promise<void>;
}
