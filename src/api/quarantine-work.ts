import type { CorrectedCopy, ReplayOutcome } from "../ingest/quarantine-replay.ts";
import type { WhoAndWhy } from "../log/replay-log.ts";

/**
 * PORT. What can be done about messages in quarantine. All of it writes the log.
 * @throws ConcheError CONCHE_LOG_IN_USE while another process does, CONCHE_QUARANTINE_UNKNOWN,
 *   CONCHE_ACTION_REFUSED where somebody has decided otherwise before, with who, when and why
 */
export interface QuarantineWork {
  /**
   * Puts messages through again; those that are in the log already are left out.
   * @param by who does it; the system's user where left out
   */
  replay(ids: readonly number[], by?: string): Promise<readonly ReplayOutcome[]>;
  /** Stores a corrected copy; the original stays, with who and why. */
  correct(id: number, copy: CorrectedCopy, correction: WhoAndWhy): Promise<ReplayOutcome>;
  /**
   * Marks open messages as looked at. Gives how many of them were open. One alone that isn't is refused, but for the same
   * decision of the same person, said again.
   */
  dismiss(ids: readonly number[], decision: WhoAndWhy): Promise<number>;
}
