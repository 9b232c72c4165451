import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import type { IngestTotals } from "../../../log/message-log.ts";

/** The one row that every commit rewrites: the counters, and where the log ends. */
export interface LogTotals extends IngestTotals {
  /** The highest id, 0 for an empty log. */
  readonly lastId: number;
  /** The checksum of the open block's rows. */
  readonly tailCrc: number;
  /** Commits made since the log was. */
  readonly commits: number;
  /** When the last one was made, milliseconds since 1970. */
  readonly committedAt: number;
}

/** The counters of the log in one row, written within each commit. */
export class TotalsRow {
  readonly #save: StatementSync;

  constructor(db: DatabaseSync) {
    this.#save = db.prepare(`UPDATE log_totals SET received = ?, stored = ?, duplicates = ?, quarantined = ?,
      last_id = ?, tail_crc = ?, commits = ?, committed_at = ? WHERE one = 1`);
  }

  /** Within a transaction. */
  save(totals: LogTotals): void {
    const { received, stored, duplicates, quarantined, lastId, tailCrc, commits, committedAt } = totals;
    this.#save.run(received, stored, duplicates, quarantined, lastId, tailCrc, commits, committedAt);
  }
}

/** @throws ConcheError CONCHE_LOG_CORRUPT when the row is gone */
export function readTotals(db: DatabaseSync): LogTotals {
  const row = db.prepare("SELECT * FROM log_totals WHERE one = 1").get();
  if (row === undefined) {
    throw new ConcheError("CONCHE_LOG_CORRUPT", { message: "the log's counters are gone" });
  }
  return {
    received: Number(row.received),
    stored: Number(row.stored),
    duplicates: Number(row.duplicates),
    quarantined: Number(row.quarantined),
    lastId: Number(row.last_id),
    tailCrc: Number(row.tail_crc),
    commits: Number(row.commits),
    committedAt: Number(row.committed_at),
  };
}
