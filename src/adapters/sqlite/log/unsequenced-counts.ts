import type { DatabaseSync } from "node:sqlite";
import type { UnsequencedCount } from "../../../log/completeness.ts";
import { LogEnds } from "./log-ends.ts";

/** Messages that are counted at a time: what was counted before the time for an answer is over need not be again. */
const SLICE = 250_000;
const IN_SLICE = `
  SELECT ifnull(site || '/' || line || '/' || step || '/' || machine, '') AS machine, count(*) AS stored,
    min(received_at) AS first_seen_at, max(received_at) AS last_seen_at
  FROM mqtt_messages WHERE seq IS NULL AND id > ? AND id <= ? GROUP BY 1`;

/** A place in a log; no checksum where no message has that id. */
interface Counted {
  readonly logId: string;
  readonly id: number;
  readonly checksum: number | undefined;
}

/**
 * Counts what a log has without identity. Kept from question to question: a log only grows, so that each looks at what
 * came since the one before, and only the first at all of it.
 */
export class UnsequencedCounts {
  readonly #spend: () => void;
  readonly #machines = new Map<string, UnsequencedCount>();
  /** Up to where everything is counted. */
  #counted: Counted | undefined;

  /** @param spend called between slices; what it throws ends the counting, which goes on from there the next time */
  constructor(spend: () => void = () => {}) {
    this.#spend = spend;
  }

  /** As of the connection's moment, by machine. */
  read(db: DatabaseSync): UnsequencedCount[] {
    const ends = new LogEnds(db);
    const end = ends.end();
    // Another log stands in the folder, or this one was taken back to a backup.
    const known = this.#counted;
    if (known === undefined || known.logId !== end.logId || ends.checksum(known.id) !== known.checksum) {
      this.#machines.clear();
      this.#counted = undefined;
    }
    const slice = db.prepare(IN_SLICE);
    for (let from = this.#counted?.id ?? 0; from < end.id; from = this.#counted?.id ?? end.id) {
      const to = Math.min(end.id, from + SLICE);
      const checksum = ends.checksum(to);
      for (const row of slice.all(from, to)) this.#add(row);
      this.#counted = { logId: end.logId, id: to, checksum };
      this.#spend();
    }
    return [...this.#machines.values()];
  }

  #add(row: Record<string, unknown>): void {
    const machine = String(row.machine);
    const known = this.#machines.get(machine);
    const [stored, first, last] = [Number(row.stored), Number(row.first_seen_at), Number(row.last_seen_at)];
    this.#machines.set(machine, {
      machine,
      stored: stored + (known?.stored ?? 0),
      firstSeenAt: Math.min(first, known?.firstSeenAt ?? first),
      lastSeenAt: Math.max(last, known?.lastSeenAt ?? last),
    });
  }
}
