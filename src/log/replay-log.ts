import type { Publisher } from "../contract/identity.ts";
import type { LogPosition } from "./log-position.ts";
import type { CommitGroup, MessageLog, SequencedPayload } from "./message-log.ts";

/** What putting one quarantined message through again came to. One that was refused again gets no mark. */
export interface ReplayMark {
  readonly quarantineId: number;
  /** Its place in `group.messages`, or null where it turned out to be a duplicate. */
  readonly messageIndex: number | null;
  readonly note: string;
  /** Who corrected it and why, where what is stored isn't what was received. */
  readonly correction?: WhoAndWhy | undefined;
}

/** Who decided something, and why. */
export interface WhoAndWhy {
  readonly by: string;
  readonly why: string;
}

/**
 * PORT. A log that can take quarantined messages back in. It is open for writing like any log: the process that has it
 * replays, a running data center between two commits (`Ingester.between`); another one is refused (CONCHE_LOG_IN_USE).
 */
export interface ReplayLog extends MessageLog {
  /** Like {@link MessageLog.loadSequenced}, without what is in quarantine. */
  loadStored(publisher: Publisher, seqs: readonly number[]): Promise<SequencedPayload[]>;
  /**
   * Like {@link MessageLog.commit}, and marks the quarantined messages as replayed in the same transaction. The
   * group's totals move each of them from `quarantined` to `stored` or `duplicates`; `received` stays as it is.
   * @throws ConcheError CONCHE_QUARANTINE_UNKNOWN when one isn't there or has been replayed before; nothing is written
   */
  commitReplay(group: CommitGroup, marks: readonly ReplayMark[]): Promise<LogPosition>;
  /**
   * Marks open messages as dismissed: looked at, left where they are with all their bytes, and open no more. Gives how
   * many of them were open. They still count as quarantined, and can still be replayed or corrected.
   */
  dismiss(quarantineIds: readonly number[], decision: WhoAndWhy): Promise<number>;
}
