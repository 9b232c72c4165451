import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import type { QuarantineRecord } from "../../../log/message-log.ts";
import { QUARANTINE_STATES, type QuarantineState } from "../../../log/quarantine-reason.ts";
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
  readonly kind: string | null;
}

/** How a commit changes the number of messages in each state. */
export type StateChange = Partial<Record<QuarantineState, number>>;

/** How many messages there are in each state, as kept with every commit. */
export function readStateCounts(db: DatabaseSync): Record<QuarantineState, number> {
  const row = db.prepare(`SELECT ${QUARANTINE_STATES.join(", ")} FROM quarantine_room WHERE one = 1`).get();
  const { open, replayed, corrected, dismissed } = row ?? {};
  return {
    open: Number(open ?? 0),
    replayed: Number(replayed ?? 0),
    corrected: Number(corrected ?? 0),
    dismissed: Number(dismissed ?? 0),
  };
}

/** Keeps quarantine within its limit. Everything here but the reading is part of the commit's transaction. */
export class QuarantineSpace {
  readonly #limit: QuarantineLimit;
  readonly #read: StatementSync;
  readonly #save: StatementSync;
  readonly #dropped: StatementSync;
  readonly #remove: StatementSync;
  readonly #note: StatementSync;
  readonly #removeDecision: StatementSync;
  readonly #count: StatementSync;
  readonly #counts: () => Record<QuarantineState, number>;
  readonly #oldest: readonly StatementSync[];

  constructor(db: DatabaseSync, limit: QuarantineLimit) {
    this.#limit = limit;
    this.#read = db.prepare("SELECT bytes FROM quarantine_room WHERE one = 1");
    this.#save = db.prepare("UPDATE quarantine_room SET bytes = ? WHERE one = 1");
    this.#dropped = db.prepare("SELECT ifnull(sum(messages), 0) AS messages FROM quarantine_dropped");
    this.#remove = db.prepare("DELETE FROM quarantine WHERE id = ?");
    // An id may be given again once the newest row is gone: its decision must not be inherited.
    this.#removeDecision = db.prepare("DELETE FROM quarantine_decisions WHERE quarantine_id = ?");
    const sums = QUARANTINE_STATES.map((state) => `${state} = ${state} + :${state}`).join(", ");
    this.#count = db.prepare(`UPDATE quarantine_room SET ${sums} WHERE one = 1`);
    this.#counts = () => readStateCounts(db);
    this.#note = db.prepare(`
      INSERT INTO quarantine_dropped (machine, boot, messages, numbers) VALUES (?, ?, 1, ?)
      ON CONFLICT (machine, boot) DO UPDATE SET messages = messages + 1, numbers = numbers + excluded.numbers`);
    const oldest = (condition: string) =>
      db.prepare(`SELECT id, ${SIZE} AS bytes, machine, boot, seq, reason, replayed_at, kind
        FROM quarantine LEFT JOIN quarantine_decisions ON quarantine_id = id
        WHERE ${condition} ORDER BY id LIMIT 256`);
    this.#oldest = [
      oldest("replayed_at IS NOT NULL"),
      oldest("id IN (SELECT quarantine_id FROM quarantine_decisions WHERE kind = 'dismissed')"),
      oldest("replayed_at IS NULL"),
    ];
  }

  room(): QuarantineRoom {
    const dropped = Number(this.#dropped.get()?.messages ?? 0);
    return { limit: this.#limit, bytes: this.#bytes(), dropped, count: this.#counts() };
  }

  /** Counts messages that came to a state, or left it. */
  changed(change: StateChange): void {
    const { open = 0, replayed = 0, corrected = 0, dismissed = 0 } = change;
    this.#count.run({ open, replayed, corrected, dismissed });
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
    this.changed({ open: records.filter(({ reason }) => reason !== "cleared").length });
  }

  /** Drops the oldest until no more than `most` bytes are left, those replayed first, then those dismissed; gives how many are. */
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

  #forget({ id, machine, boot, seq, reason, replayed_at, kind }: Victim): void {
    this.#remove.run(id);
    this.#removeDecision.run(id);
    if (kind === "corrected") this.changed({ corrected: -1 });
    else if (replayed_at !== null) this.changed({ replayed: -1 });
    else if (kind === "dismissed") this.changed({ dismissed: -1 });
    else if (reason !== "cleared") this.changed({ open: -1 });
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
