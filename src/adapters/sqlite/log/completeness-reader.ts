import type {
  CompletenessReading,
  UnsequencedCount,
  UnsequencedQuarantine,
} from "../../../log/completeness.ts";
import type { SessionLoss } from "../../../log/delivery-session.ts";
import type { SequenceState } from "../../../log/sequence-state.ts";
import { openForReading, type ReadableLog } from "./open-for-reading.ts";
import { allSequences } from "./sequence-table.ts";
import { readSessionLosses } from "./session-table.ts";
import { UnsequencedCounts } from "./unsequenced-counts.ts";

/** As errors put it. */
const READING = "reading what the log knows of its publishers";
/** Stored rows that no sequence counts are those without identity. */
const ANY_UNSEQUENCED = `
  SELECT (SELECT stored FROM log_totals WHERE one = 1) > (SELECT ifnull(sum(stored), 0) FROM sequences) AS found`;
const QUARANTINE = `
  SELECT topic, count(*) AS count, min(received_at) AS first_seen_at, max(received_at) AS last_seen_at
  FROM quarantine WHERE seq IS NULL AND replayed_at IS NULL GROUP BY topic`;

/** Reads what a log knows of its publishers, all of it as of one moment. */
export class CompletenessReader implements CompletenessReading {
  readonly #log: ReadableLog;
  readonly #counts: UnsequencedCounts;

  private constructor(log: ReadableLog, counts: UnsequencedCounts) {
    this.#log = log;
    this.#counts = counts;
  }

  /**
   * @param counts what was counted before, for whoever asks again and again
   * @throws ConcheError as {@link openForReading}
   */
  static open(folder: string, counts = new UnsequencedCounts()): CompletenessReader {
    const log = openForReading(folder);
    log.guard(READING, (db) => db.exec("BEGIN"));
    return new CompletenessReader(log, counts);
  }

  sequences(): SequenceState[] {
    return this.#log.guard(READING, (db) => [...allSequences(db)]);
  }

  unsequenced(): UnsequencedCount[] {
    return this.#log.guard(READING, (db) => {
      return db.prepare(ANY_UNSEQUENCED).get()?.found === 1 ? this.#counts.read(db) : [];
    });
  }

  sessionLosses(): SessionLoss[] {
    return this.#log.guard(READING, readSessionLosses);
  }

  unsequencedQuarantine(): UnsequencedQuarantine[] {
    return this.#log.guard(READING, (db) => {
      const rows = db.prepare(QUARANTINE).all();
      return rows.map((row) => ({ topic: String(row.topic), count: Number(row.count), ...seenAt(row) }));
    });
  }

  close(): void {
    this.#log.close();
  }
}

function seenAt(row: Record<string, unknown>): { firstSeenAt: number; lastSeenAt: number } {
  return { firstSeenAt: Number(row.first_seen_at), lastSeenAt: Number(row.last_seen_at) };
}
