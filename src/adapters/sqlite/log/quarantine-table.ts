import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Publisher } from "../../../contract/identity.ts";
import { ConcheError } from "../../../errors/conche-error.ts";
import {
  COMPARED_PER_NUMBER,
  type QuarantineRecord,
  type SequencedPayload,
} from "../../../log/message-log.ts";
import type { QuarantineLimit, QuarantineRoom } from "../../../log/quarantine-room.ts";
import type { ReplayMark, WhoAndWhy } from "../../../log/replay-log.ts";
import { QuarantineSpace, type StateChange } from "./quarantine-space.ts";

/** Writes quarantined messages and what becomes of them. */
export class QuarantineTable {
  readonly #insert: StatementSync;
  readonly #mark: StatementSync;
  readonly #byNumber: StatementSync;
  readonly #standing: StatementSync;
  readonly #decide: StatementSync;

  readonly #space: QuarantineSpace;

  constructor(db: DatabaseSync, limit: QuarantineLimit) {
    this.#space = new QuarantineSpace(db, limit);
    this.#insert = db.prepare(`
      INSERT INTO quarantine (received_at, topic, reason, detail, schema, machine, boot, seq, qos, retain,
        properties_json, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#mark = db.prepare(
      "UPDATE quarantine SET replayed_at = ?, replayed_id = ?, note = ? WHERE id = ? AND replayed_at IS NULL",
    );
    this.#standing = db.prepare(
      `SELECT reason, kind FROM quarantine LEFT JOIN quarantine_decisions ON quarantine_id = id
       WHERE id = ? AND replayed_at IS NULL`,
    );
    this.#decide = db.prepare("INSERT OR REPLACE INTO quarantine_decisions VALUES (?, ?, ?, ?, ?)");
    const numbered = "SELECT id FROM quarantine WHERE machine = :machine AND boot = :boot AND seq = w.value";
    this.#byNumber = db.prepare(`
      SELECT seq, topic, payload
      FROM json_each(:seqs) w CROSS JOIN quarantine q ON q.id IN (
        SELECT id FROM (${numbered} ORDER BY id LIMIT 1)
        UNION SELECT id FROM (${numbered} ORDER BY id DESC LIMIT ${COMPARED_PER_NUMBER - 1}))`);
  }

  /** How it stands against its limit. */
  room(): QuarantineRoom {
    return this.#space.room();
  }

  /**
   * Within a transaction.
   * @throws ConcheError CONCHE_QUARANTINE_FULL, retryable
   */
  append(records: readonly QuarantineRecord[]): void {
    this.#space.take(records);
    for (const record of records) {
      this.#insert.run(
        record.receivedAt,
        record.topic,
        record.reason,
        record.detail,
        record.schema,
        record.machine,
        record.boot,
        record.seq,
        record.qos,
        record.retain ? 1 : 0,
        record.propertiesJson,
        record.payload,
      );
    }
  }

  /**
   * Marks messages as replayed; those of the group were stored under the ids from `firstId` on. Within a
   * transaction, which fails where one was never there or was marked before.
   */
  mark(marks: readonly ReplayMark[], firstId: number, nowMs: number): void {
    for (const { quarantineId, messageIndex, note, correction } of marks) {
      const storedAs = messageIndex === null ? null : firstId + messageIndex;
      const before = this.#standing.get(quarantineId);
      const { changes } = this.#mark.run(nowMs, storedAs, note, quarantineId);
      if (changes !== 1) {
        throw new ConcheError("CONCHE_QUARANTINE_UNKNOWN", {
          message: `quarantine has no open message ${quarantineId}`,
        });
      }
      this.#space.changed(leaving(before));
      this.#space.changed(correction === undefined ? { replayed: 1 } : { corrected: 1 });
      if (correction === undefined) continue;
      this.#decide.run(quarantineId, "corrected", nowMs, correction.by, correction.why);
    }
  }

  /** Marks those that are open as dismissed, within a transaction; gives how many that were. */
  dismiss(ids: readonly number[], { by, why }: WhoAndWhy, nowMs: number): number {
    let dismissed = 0;
    for (const id of ids) {
      const before = this.#standing.get(id);
      if (before === undefined || before.kind !== null || before.reason === "cleared") continue;
      this.#decide.run(id, "dismissed", nowMs, by, why);
      dismissed += 1;
    }
    this.#space.changed({ open: -dismissed, dismissed });
    return dismissed;
  }

  /** What a publisher has in quarantine under these numbers: the first and the newest of each. */
  numbered({ machine, boot }: Publisher, seqs: readonly number[]): SequencedPayload[] {
    const rows = this.#byNumber.all({ machine, boot, seqs: JSON.stringify(seqs) });
    return rows.map((row) => ({
      seq: Number(row.seq),
      topic: String(row.topic),
      payload: row.payload as Uint8Array, // a BLOB column
    }));
  }
}

/** The state that a message is about to leave; one that was merely cleared is in none. */
function leaving(standing: Readonly<Record<string, unknown>> | undefined): StateChange {
  if (standing?.kind === "dismissed") return { dismissed: -1 };
  return standing === undefined || standing.reason === "cleared" ? {} : { open: -1 };
}
