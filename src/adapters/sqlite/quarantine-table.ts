import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Publisher } from "../../contract/identity.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { QuarantineRecord, SequencedPayload } from "../../ingest/message-log.ts";
import type { ReplayMark } from "../../ingest/replay-log.ts";

/** Writes quarantined messages and what becomes of them. */
export class QuarantineTable {
  readonly #insert: StatementSync;
  readonly #mark: StatementSync;
  readonly #byNumber: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(`
      INSERT INTO quarantine (received_at, topic, reason, detail, schema, machine, boot, seq, qos, retain,
        properties_json, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#mark = db.prepare(
      "UPDATE quarantine SET replayed_at = ?, replayed_id = ?, note = ? WHERE id = ? AND replayed_at IS NULL",
    );
    this.#byNumber = db.prepare(`
      SELECT seq, topic, payload FROM quarantine
      WHERE machine = ? AND boot = ? AND seq IN (SELECT value FROM json_each(?))`);
  }

  /** Within a transaction. */
  append(records: readonly QuarantineRecord[]): void {
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
    for (const { quarantineId, messageIndex, note } of marks) {
      const storedAs = messageIndex === null ? null : firstId + messageIndex;
      const { changes } = this.#mark.run(nowMs, storedAs, note, quarantineId);
      if (changes === 1) continue;
      throw new ConcheError("CONCHE_QUARANTINE_UNKNOWN", {
        message: `quarantine has no open message ${quarantineId}`,
      });
    }
  }

  /** What a publisher has in quarantine under these numbers. */
  numbered(publisher: Publisher, seqs: readonly number[]): SequencedPayload[] {
    const rows = this.#byNumber.all(publisher.machine, publisher.boot, JSON.stringify(seqs));
    return rows.map((row) => ({
      seq: Number(row.seq),
      topic: String(row.topic),
      payload: row.payload as Uint8Array, // a BLOB column
    }));
  }
}
