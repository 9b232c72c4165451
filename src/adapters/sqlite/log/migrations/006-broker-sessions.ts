import type { Migration } from "./migration.ts";

/**
 * Sessions of the embedded broker that outlive it, and the numbers of QoS 2 messages that their clients have not
 * released: a number is written in the transaction of its message, or a client that repeats the message after a crash
 * would have it stored twice, or, worse, never.
 */
export const brokerSessions: Migration = {
  version: 6,
  name: "sessions of the embedded broker",
  sql: `
    CREATE TABLE broker_sessions (
      client_id TEXT PRIMARY KEY,
      user TEXT,
      expiry_seconds INTEGER NOT NULL,
      away_since INTEGER, -- milliseconds since 1970
      subscriptions_json TEXT NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE broker_received (
      client_id TEXT NOT NULL,
      packet_id INTEGER NOT NULL,
      PRIMARY KEY (client_id, packet_id)
    ) WITHOUT ROWID;
  `,
};
