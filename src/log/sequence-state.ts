import type { Publisher } from "../contract/identity.ts";
import type { SeqRange } from "../sequence/seq-range.ts";

/**
 * What is known of one publisher's sequence, as it is saved with each commit. The law that `conche verify`
 * recomputes: highest = stored + quarantined + missing.
 */
export interface SequenceState extends Publisher {
  /** The highest number seen. */
  readonly highest: number;
  /** Numbers below `highest` that have not arrived, ascending, not touching one another. */
  readonly missing: readonly SeqRange[];
  readonly stored: number;
  /** Numbers of this publisher in quarantine that hold a place of the sequence (a conflict holds none). */
  readonly quarantined: number;
  /** The latest of those numbers, ascending, at most RECEIPT_LIST_LIMIT. */
  readonly quarantinedSeqs: readonly number[];
  readonly duplicates: number;
  /** Numbers that were missing once and arrived later. */
  readonly refilled: number;
  /** Publisher's clock minus the data center's, milliseconds, of the last message with a time stamp. */
  readonly clockSkewMs: number;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}
