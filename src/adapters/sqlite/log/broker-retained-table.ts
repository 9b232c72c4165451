import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BrokerRetained } from "../../../log/message-log.ts";

/** The retained messages of the embedded broker, as whoever subscribes after a restart must get them. */
export class BrokerRetainedTable {
  readonly #remove: StatementSync;
  readonly #insert: StatementSync;
  readonly #expire: StatementSync;
  readonly #read: StatementSync;

  constructor(db: DatabaseSync) {
    this.#remove = db.prepare("DELETE FROM broker_retained WHERE topic = ?");
    this.#insert = db.prepare(
      "INSERT INTO broker_retained (topic, payload, qos, properties_json, expires_at) VALUES (?, ?, ?, ?, ?)",
    );
    this.#expire = db.prepare("DELETE FROM broker_retained WHERE expires_at <= ?");
    this.#read = db.prepare("SELECT * FROM broker_retained ORDER BY id");
  }

  /** Each takes its topic's place; one without a payload clears it. Within a transaction. */
  save(retained: readonly BrokerRetained[]): void {
    for (const { topic, payload, qos, propertiesJson, expiresAt } of retained) {
      this.#remove.run(topic);
      if (payload.length > 0) this.#insert.run(topic, payload, qos, propertiesJson, expiresAt);
    }
  }

  /** One at a time, oldest first: together they may be more than memory has room for. */
  *read(nowMs: number): Generator<BrokerRetained> {
    this.#expire.run(nowMs);
    for (const row of this.#read.iterate()) {
      yield {
        topic: String(row.topic),
        payload: row.payload as Uint8Array, // a BLOB column
        qos: Number(row.qos),
        propertiesJson: row.properties_json === null ? null : String(row.properties_json),
        expiresAt: row.expires_at === null ? null : Number(row.expires_at),
      };
    }
  }
}
