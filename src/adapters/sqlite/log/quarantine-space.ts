import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import type { QuarantineRecord } from "../../../log/message-log.ts";
import type { QuarantineLimit, QuarantineRoom } from "../../../log/quarantine-room.ts";

/** What a row takes beside its texts and bytes, about. The migration counts in the same way. */
const ROW_BYTES = 200;
const SIZE = `length(payload) + length(CAST(topic AS BLOB)) + length(CAST(detail AS BLOB))
  + ifnull(length(CAST(properties_json AS BLOB)), 0) + ${ROW_BYTES}`;
/** Of the limit, what is made room for at once: each time costs a search. */
const SHARE_MADE = 1 / 64;

interface Victim {
  readonly id: number;
  readonly bytes: number;
  readonly machine: string | null;
  readonly boot: string | null;
  readonly seq: number | null;
  readonly reason: string;
  readonly replayed_at: number | null;
}

/** Keeps quarantine within its limit. Everything here but the reading is part of the commit's transaction. */
export class QuarantineSpace {
  readonly #limit: QuarantineLimit;
  readonly #read: StatementSync;
  readonly #save: StatementSync;
  readonly #dropped: StatementSync;
  readonly #remove: StatementSync;
  readonly #note: StatementSync;
  readonly #oldest: readonly StatementSync[];

  constructor(db: DatabaseSync, limit: QuarantineLimit) {
    this.#limit = limit;
    this.#read = db.prepare("SELECT bytes FROM quarantine_room WHERE one = 1");
    this.#save = db.prepare("UPDATE quarantine_room SET bytes = ? WHERE one = 1");
    this.#dropped = db.prepare("SELECT ifnull(sum(messages), 0) AS messages FROM quarantine_dropped");
    this.#remove = db.prepare("DELETE FROM quarantine WHERE id = ?");
    this.#note = db.prepare(`
      INSERT INTO quarantine_dropped (machine, boot, messages, numbers) VALUES (?, ?, 1, ?)
      ON CONFLICT (machine, boot) DO UPDATE SET messages = messages + 1, numbers = numbers + excluded.numbers`);
    const oldest = (condition: string) =>
      db.prepare(`SELECT id, ${SIZE} AS bytes, machine, boot, seq, reason, replayed_at
        FROM quarantine WHERE ${condition} ORDER BY id LIMIT 256`);
    this.#oldest = [oldest("replayed_at IS NOT NULL"), oldest("replayed_at IS NULL")];
  }

  room(): QuarantineRoom {
    const dropped = Number(this.#dropped.get()?.messages ?? 0);
    return { limit: this.#limit, bytes: this.#bytes(), dropped };
  }

  /**
   * Takes the room that these need, and makes it where that is wanted.
   * @throws ConcheError CONCHE_QUARANTINE_FULL, retryable
   */
  take(records: readonly QuarantineRecord[]): void {
    if (records.length === 0) return;
    const wanted = records.reduce((sum, record) => sum + recordBytes(record), 0);
    let bytes = this.#bytes();
    const { bytes: limit, whenFull } = this.#limit;
    if (bytes + wanted > limit) {
      if (whenFull === "stop") throw full(bytes, wanted, limit);
      bytes = this.#drop(bytes, Math.max(0, limit - wanted - limit * SHARE_MADE));
    }
    this.#save.run(bytes + wanted);
  }

  /** Drops the oldest until no more than `most` bytes are left, those replayed first; gives how many are. */
  #drop(before: number, most: number): number {
    let bytes = before;
    for (const oldest of this.#oldest) {
      while (bytes > most) {
        const victims = oldest.all() as unknown as Victim[];
        if (victims.length === 0) break;
        for (const victim of victims) {
          if (bytes <= most) break;
          this.#forget(victim);
          bytes -= victim.bytes;
        }
      }
    }
    return bytes;
  }

  #forget({ id, machine, boot, seq, reason, replayed_at }: Victim): void {
    this.#remove.run(id);
    if (replayed_at !== null) return;
    const numbered = machine !== null && boot !== null && seq !== null;
    // A conflict holds no place of the sequence: another message has the number.
    this.#note.run(numbered ? machine : "", numbered ? boot : "", numbered && reason !== "conflict" ? 1 : 0);
  }

  #bytes(): number {
    return Number(this.#read.get()?.bytes ?? 0);
  }
}

function recordBytes({ payload, topic, detail, propertiesJson }: QuarantineRecord): number {
  return (
    payload.length +
    Buffer.byteLength(topic) +
    Buffer.byteLength(detail) +
    (propertiesJson === null ? 0 : Buffer.byteLength(propertiesJson)) +
    ROW_BYTES
  );
}

function full(bytes: number, wanted: number, limit: number): ConcheError {
  return new ConcheError("CONCHE_QUARANTINE_FULL", {
    message: `quarantine holds ${bytes} bytes of ${limit}; a commit needs ${wanted} more`,
    retryable: true,
  });
}
