import type { Migration } from "./migration.ts";

/**
 * What a broker knows beside the messages, so that a restart changes nothing for those who subscribe, and what
 * happened to the log's deliveries.
 *
 * WHY the retained messages are kept whole although most of them are in the log: a broker retains whatever was
 * published, also what went to quarantine or was a duplicate, with its QoS and properties, and forgets it when it is
 * cleared. States are rare, so the second copy costs little.
 */
export const brokerState: Migration = {
  version: 2,
  name: "retained messages as the embedded broker has them; the journal",
  sql: `
    CREATE TABLE broker_retained (
      id INTEGER PRIMARY KEY, -- in the order they were published
      topic TEXT NOT NULL UNIQUE,
      payload BLOB NOT NULL,
      qos INTEGER NOT NULL,
      properties_json TEXT,
      expires_at INTEGER -- milliseconds since 1970
    );
    INSERT INTO broker_retained (topic, payload, qos)
      SELECT r.topic, CAST(m.payload_json AS BLOB), ifnull(m.qos, 1)
      FROM retained_messages r JOIN mqtt_messages m ON m.id = r.message_id ORDER BY m.id;

    -- What happened to the log and its deliveries that no message says; at in milliseconds since 1970.
    CREATE TABLE log_journal (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      kind TEXT NOT NULL,
      detail_json TEXT NOT NULL
    );
    CREATE INDEX log_journal_by_kind ON log_journal (kind, id);
  `,
};
