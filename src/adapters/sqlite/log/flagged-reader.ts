import type { FlaggedCount, FlaggedReading } from "../../../log/plausibility-report.ts";
import { openForReading, type ReadableLog } from "./open-for-reading.ts";

const FLAGGED = `
  SELECT ifnull(site || '/' || line || '/' || step || '/' || machine, '') AS machine, flags & :mask AS flags,
    count(*) AS count, min(received_at) AS first_at, max(received_at) AS last_at, max(id) AS last_id
  FROM mqtt_messages
  WHERE flags & :mask != 0 AND received_at >= :since AND received_at < :until
  GROUP BY 1, 2`;

/** Counts flagged messages in a log that may be written meanwhile. */
export class FlaggedReader implements FlaggedReading {
  readonly #log: ReadableLog;

  private constructor(log: ReadableLog) {
    this.#log = log;
  }

  /** @throws ConcheError as {@link openForReading} */
  static open(folder: string): FlaggedReader {
    return new FlaggedReader(openForReading(folder));
  }

  flagged(mask: number, since: number, until: number): FlaggedCount[] {
    return this.#log.guard("counting flagged messages", (db) =>
      db
        .prepare(FLAGGED)
        .all({ mask, since, until })
        .map((row) => ({
          machine: String(row.machine),
          flags: Number(row.flags),
          count: Number(row.count),
          firstAt: Number(row.first_at),
          lastAt: Number(row.last_at),
          lastId: Number(row.last_id),
        })),
    );
  }

  close(): void {
    this.#log.close();
  }
}
