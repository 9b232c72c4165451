import type { DatabaseSync } from "node:sqlite";
import type {
  CompletenessReading,
  UnsequencedCount,
  UnsequencedQuarantine,
} from "../../ingest/completeness.ts";
import type { SequenceState } from "../../ingest/sequence.ts";
import { openForReading } from "./open-for-reading.ts";
import { allSequences } from "./sequence-table.ts";
import { toConcheError } from "./sqlite-error.ts";

/** Stored rows that no sequence counts are those without identity. */
const ANY_UNSEQUENCED = `
  SELECT (SELECT stored FROM log_totals WHERE one = 1) > (SELECT ifnull(sum(stored), 0) FROM sequences) AS found`;
const UNSEQUENCED = `
  SELECT ifnull(site || '/' || line || '/' || step || '/' || machine, '') AS machine, count(*) AS stored,
    min(received_at) AS first_seen_at, max(received_at) AS last_seen_at
  FROM mqtt_messages WHERE seq IS NULL GROUP BY 1`;
const QUARANTINE = `
  SELECT topic, count(*) AS count, min(received_at) AS first_seen_at, max(received_at) AS last_seen_at
  FROM quarantine WHERE seq IS NULL AND replayed_at IS NULL GROUP BY topic`;

/** Reads what a log knows of its publishers, all of it as of one moment. */
export class CompletenessReader implements CompletenessReading {
  readonly #db: DatabaseSync;
  readonly #path: string;

  private constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
  }

  /** @throws ConcheError as {@link openForReading} */
  static open(folder: string): CompletenessReader {
    const { db, files } = openForReading(folder);
    const reader = new CompletenessReader(db, files.database);
    reader.#guard(() => db.exec("BEGIN"));
    return reader;
  }

  sequences(): SequenceState[] {
    return this.#guard(() => [...allSequences(this.#db)]);
  }

  unsequenced(): UnsequencedCount[] {
    return this.#guard(() => {
      if (this.#db.prepare(ANY_UNSEQUENCED).get()?.found !== 1) return [];
      const rows = this.#db.prepare(UNSEQUENCED).all();
      return rows.map((row) => ({
        machine: String(row.machine),
        stored: Number(row.stored),
        ...seenAt(row),
      }));
    });
  }

  unsequencedQuarantine(): UnsequencedQuarantine[] {
    return this.#guard(() => {
      const rows = this.#db.prepare(QUARANTINE).all();
      return rows.map((row) => ({ topic: String(row.topic), count: Number(row.count), ...seenAt(row) }));
    });
  }

  close(): void {
    this.#db.close();
  }

  #guard<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw toConcheError(error, "reading what the log knows of its publishers", this.#path);
    }
  }
}

function seenAt(row: Record<string, unknown>): { firstSeenAt: number; lastSeenAt: number } {
  return { firstSeenAt: Number(row.first_seen_at), lastSeenAt: Number(row.last_seen_at) };
}
