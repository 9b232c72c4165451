import type { Migration } from "./migration.ts";

/**
 * The log. It begins with the table of the product's first program, of four columns, and adds the others to it, so
 * that a database made by that program becomes a log by the same statements.
 *
 * WHY site, line, step, machine, type and batch are stored although topic and payload have them: any SQL tool of any
 * age can filter by them, in 0.1 us per row. Measured with payloads of 200 bytes: they cost 0.7 us of processor time
 * and 75 bytes per message. As virtual columns they would cost no bytes, but SQLite computes those of every row that
 * it inserts: 4.3 us.
 */
export const messageLog: Migration = {
  version: 1,
  name: "message log",
  sql: `
    CREATE TABLE IF NOT EXISTS mqtt_messages (
      id INTEGER PRIMARY KEY,
      ts TEXT NOT NULL,
      topic TEXT NOT NULL,
      payload_json TEXT NOT NULL
    );
    ALTER TABLE mqtt_messages ADD COLUMN received_at INTEGER NOT NULL DEFAULT 0; -- milliseconds since 1970
    ALTER TABLE mqtt_messages ADD COLUMN qos INTEGER;
    ALTER TABLE mqtt_messages ADD COLUMN retain INTEGER;
    ALTER TABLE mqtt_messages ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE mqtt_messages ADD COLUMN boot TEXT;
    ALTER TABLE mqtt_messages ADD COLUMN seq INTEGER;
    ALTER TABLE mqtt_messages ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE mqtt_messages ADD COLUMN site TEXT;
    ALTER TABLE mqtt_messages ADD COLUMN line TEXT;
    ALTER TABLE mqtt_messages ADD COLUMN step TEXT;
    ALTER TABLE mqtt_messages ADD COLUMN machine TEXT;
    ALTER TABLE mqtt_messages ADD COLUMN type TEXT;
    ALTER TABLE mqtt_messages ADD COLUMN batch_id TEXT;

    -- One row: the conservation counters, and where the log ends. tail_crc covers the rows of the open block.
    CREATE TABLE log_totals (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      received INTEGER NOT NULL,
      stored INTEGER NOT NULL,
      duplicates INTEGER NOT NULL,
      quarantined INTEGER NOT NULL,
      last_id INTEGER NOT NULL,
      tail_crc INTEGER NOT NULL,
      commits INTEGER NOT NULL,
      committed_at INTEGER NOT NULL
    );
    INSERT INTO log_totals VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0);

    -- The block index: blocks of 4096 ids, written once, when a block is full. Times in milliseconds since 1970.
    CREATE TABLE log_blocks (
      block INTEGER PRIMARY KEY,
      rows INTEGER NOT NULL,
      crc INTEGER NOT NULL,
      min_received_at INTEGER NOT NULL,
      max_received_at INTEGER NOT NULL,
      min_event_ms INTEGER NOT NULL,
      max_event_ms INTEGER NOT NULL
    );
    -- Which blocks a key occurs in; a key is t<topic>, b<batch id> or p<machine> <boot>, the last with its numbers.
    CREATE TABLE block_keys (
      key TEXT NOT NULL,
      block INTEGER NOT NULL,
      min_seq INTEGER,
      max_seq INTEGER,
      PRIMARY KEY (key, block)
    ) WITHOUT ROWID;
    -- The keys of the newest blocks, in the order they come; moved to block_keys some twenty thousand at a time.
    CREATE TABLE block_keys_recent (
      block INTEGER NOT NULL,
      key TEXT NOT NULL,
      min_seq INTEGER,
      max_seq INTEGER,
      PRIMARY KEY (block, key)
    ) WITHOUT ROWID;

    -- What is known of each publisher's sequence. The row id makes the publishers of today neighbours on the disk.
    CREATE TABLE sequences (
      id INTEGER PRIMARY KEY,
      machine TEXT NOT NULL,
      boot TEXT NOT NULL,
      highest INTEGER NOT NULL,
      missing_json TEXT NOT NULL,
      stored INTEGER NOT NULL,
      quarantined INTEGER NOT NULL,
      quarantined_seqs_json TEXT NOT NULL,
      duplicates INTEGER NOT NULL,
      refilled INTEGER NOT NULL,
      clock_skew_ms INTEGER NOT NULL,
      first_seen_at INTEGER NOT NULL,
      last_seen_at INTEGER NOT NULL,
      UNIQUE (machine, boot)
    );

    -- The bytes come last: what precedes them is read without touching their overflow pages.
    CREATE TABLE quarantine (
      id INTEGER PRIMARY KEY,
      received_at INTEGER NOT NULL,
      topic TEXT NOT NULL,
      reason TEXT NOT NULL,
      detail TEXT NOT NULL,
      schema TEXT,
      machine TEXT,
      boot TEXT,
      seq INTEGER,
      qos INTEGER NOT NULL,
      retain INTEGER NOT NULL,
      replayed_at INTEGER,
      replayed_id INTEGER,
      note TEXT,
      properties_json TEXT,
      payload BLOB NOT NULL
    );
    CREATE INDEX quarantine_by_number ON quarantine (machine, boot, seq) WHERE seq IS NOT NULL;

    CREATE TABLE retained_messages (
      topic TEXT PRIMARY KEY,
      message_id INTEGER NOT NULL,
      boot TEXT,
      seq INTEGER
    ) WITHOUT ROWID;

    CREATE TABLE log_info (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  `,
};
