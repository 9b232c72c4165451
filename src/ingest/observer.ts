import type { ConcheError } from "../errors/conche-error.ts";
import type { LogPosition } from "../log/log-position.ts";
import type { CommitGroup } from "../log/message-log.ts";

/** A group that is on disk. */
export interface CommittedGroup extends CommitGroup {
  /** Where the log ends with it: what followers are woken with. */
  readonly position: LogPosition;
  /** Messages of the group that had been stored before. */
  readonly duplicates: number;
  /** How long the commit took, retries included, milliseconds. */
  readonly durationMs: number;
}

/**
 * What wants to know what ingest does: console, metrics. Observers are told after the fact, can't change anything,
 * and must not throw.
 */
export interface IngestObserver {
  /** A group was committed. */
  committed(group: CommittedGroup): void;
  /** What was in quarantine was put into the log: counters and sequences are these now. */
  replayed?(group: CommitGroup): void;
  /** A commit failed and will be repeated after `retryInMs`, or, without that, ends the process. */
  commitFailed(error: ConcheError, retryInMs?: number): void;
}

/** Tells several observers as one. */
export function observers(...all: readonly IngestObserver[]): IngestObserver {
  return {
    committed: (group) => {
      for (const observer of all) observer.committed(group);
    },
    replayed: (group) => {
      for (const observer of all) observer.replayed?.(group);
    },
    commitFailed: (error, retryInMs) => {
      for (const observer of all) observer.commitFailed(error, retryInMs);
    },
  };
}
