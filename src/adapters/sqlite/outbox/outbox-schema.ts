import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import { type KnownCommits, readMark } from "../database/commit-mark.ts";
import { pragma } from "../database/connection.ts";
import type { DatabaseFiles } from "../database/database-files.ts";
import { outboxCorrupt } from "./outbox-error.ts";

/** `PRAGMA application_id` of an outbox: "COUT" in ASCII. */
const APPLICATION_ID = 0x434f5554;
/** `PRAGMA user_version` of an outbox as it is created now; older ones are migrated when they are opened. */
export const OUTBOX_SCHEMA_VERSION = 3;
/** How many faults of a damaged file are named. */
const FAULTS_NAMED = 3;

/**
 * Two tables of one form, because they live differently: what must not be lost goes only when a receipt covers it,
 * telemetry also to make room. Keyed by publisher and number, so that handing over appends, sending reads a range,
 * and a receipt deletes one. `batch` counts appends: what is older, across publishers. `crc` shows that a row is still
 * the message that was handed over ({@link rowChecksum}); null in rows of an earlier version.
 */
const TABLE = (name: string) => `
  CREATE TABLE ${name} (
    publisher INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    payload ANY NOT NULL,
    raw TEXT,
    at INTEGER NOT NULL DEFAULT 0,
    crc INTEGER,
    PRIMARY KEY (publisher, seq)
  ) STRICT, WITHOUT ROWID;`;

/**
 * What is remembered beside the messages: each machine's last state, and what came from a broker without a number of
 * its own, so that it is known when it comes again.
 */
const MEMORY = `
  CREATE TABLE newest_states (
    machine TEXT NOT NULL PRIMARY KEY,
    boot TEXT NOT NULL,
    seq INTEGER NOT NULL,
    payload ANY NOT NULL,
    raw TEXT,
    forwarded_boot TEXT,
    forwarded_seq INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE transfers (
    sender TEXT NOT NULL,
    packet_id INTEGER NOT NULL,
    digest TEXT NOT NULL,
    rank INTEGER NOT NULL,
    PRIMARY KEY (sender, packet_id)
  ) STRICT, WITHOUT ROWID;`;

/**
 * How many messages were taken, and where they went, each kind by itself: what must not be lost goes on a receipt and
 * in no other way. Kept twice, by publisher and in all, so that neither can be changed unnoticed.
 */
const BOOKS = [
  "durable_taken",
  "durable_receipted",
  "telemetry_taken",
  "telemetry_receipted",
  "telemetry_dropped",
] as const;
const BOOK_COLUMNS = BOOKS.map((name) => `${name} INTEGER NOT NULL DEFAULT 0`);
/** `gapless`: all of its numbers were given here, so every one from 1 to the highest was taken. */
const PUBLISHER_COLUMNS = [
  "highest INTEGER NOT NULL DEFAULT 0",
  "gapless INTEGER NOT NULL DEFAULT 0",
  ...BOOK_COLUMNS,
];

const SCHEMA = `
  CREATE TABLE publishers (
    id INTEGER PRIMARY KEY,
    machine TEXT NOT NULL,
    boot TEXT NOT NULL,
    ${PUBLISHER_COLUMNS.join(", ")},
    UNIQUE (machine, boot)
  ) STRICT;
  ${TABLE("durable")}
  ${TABLE("telemetry")}
  CREATE TABLE outbox_state (
    id TEXT NOT NULL,
    batch INTEGER NOT NULL,
    commits INTEGER NOT NULL,
    ${BOOK_COLUMNS.join(", ")}
  ) STRICT;
  ${MEMORY}`;

/** The one row that an outbox has about itself. */
export interface OutboxState {
  /** What distinguishes this outbox from every other. */
  readonly id: string;
  /** The last append. */
  readonly batch: number;
  /** Appends of messages that must not be lost. */
  readonly commits: number;
}

/**
 * Refuses an empty database beside a mark: an empty outbox must not take the place of one that was lost.
 * @throws ConcheError CONCHE_OUTBOX_CORRUPT
 */
export function requireNoMark(files: DatabaseFiles): void {
  if (readMark(files.mark) === undefined) return;
  throw outboxCorrupt("the database of the outbox is gone, or empty", files);
}

/**
 * Whether the file holds an outbox already; refuses one that holds something else.
 * @throws ConcheError CONCHE_OUTBOX_CORRUPT, CONCHE_OUTBOX_TOO_NEW
 */
export function hasOutbox(db: DatabaseSync, files: DatabaseFiles): boolean {
  const applicationId = pragma(db, "application_id");
  const version = Number(pragma(db, "user_version"));
  const tables = Number(db.prepare("SELECT count(*) AS count FROM sqlite_schema").get()?.count);
  if (applicationId === 0 && version === 0 && tables === 0) {
    requireNoMark(files);
    return false;
  }
  if (applicationId !== APPLICATION_ID) throw outboxCorrupt("the database is not an outbox", files);
  if (version <= OUTBOX_SCHEMA_VERSION) return true;
  throw new ConcheError("CONCHE_OUTBOX_TOO_NEW", {
    message: `the outbox has schema version ${version}, this program knows ${OUTBOX_SCHEMA_VERSION}: ${files.database}`,
  });
}

/** Makes an empty outbox, with a new id, in one transaction. */
export function createOutbox(db: DatabaseSync): void {
  db.exec("BEGIN IMMEDIATE");
  db.exec(
    `${SCHEMA}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${OUTBOX_SCHEMA_VERSION}`,
  );
  db.prepare("INSERT INTO outbox_state (id, batch, commits) VALUES (?, 0, 0)").run(randomUUID());
  db.exec("COMMIT");
}

/** Carries an outbox of an earlier version over. */
export function upgradeOutbox(db: DatabaseSync): void {
  const version = Number(pragma(db, "user_version"));
  if (version >= OUTBOX_SCHEMA_VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  if (version < 2) upgradeTo2(db);
  upgradeTo3(db);
  db.exec(`PRAGMA user_version = ${OUTBOX_SCHEMA_VERSION}`);
  db.exec("COMMIT");
}

function upgradeTo2(db: DatabaseSync): void {
  for (const table of ["durable", "telemetry"]) {
    db.exec(`ALTER TABLE ${table} ADD COLUMN at INTEGER NOT NULL DEFAULT 0`);
  }
  db.exec(MEMORY);
}

/** The books begin with what is there: what went before was not written down. */
function upgradeTo3(db: DatabaseSync): void {
  for (const table of ["durable", "telemetry"]) db.exec(`ALTER TABLE ${table} ADD COLUMN crc INTEGER`);
  for (const column of PUBLISHER_COLUMNS) db.exec(`ALTER TABLE publishers ADD COLUMN ${column}`);
  for (const column of BOOK_COLUMNS) db.exec(`ALTER TABLE outbox_state ADD COLUMN ${column}`);
  db.exec(`
    UPDATE publishers SET
      durable_taken = (SELECT count(*) FROM durable WHERE publisher = id),
      telemetry_taken = (SELECT count(*) FROM telemetry WHERE publisher = id),
      highest = max(
        ifnull((SELECT max(seq) FROM durable WHERE publisher = id), 0),
        ifnull((SELECT max(seq) FROM telemetry WHERE publisher = id), 0));
    UPDATE outbox_state SET
      durable_taken = (SELECT count(*) FROM durable), telemetry_taken = (SELECT count(*) FROM telemetry)`);
}

/**
 * Reads the state of an outbox that was there, after looking through the whole file: what it holds is nowhere else,
 * so damage must be found now and not when the message is due.
 * @throws ConcheError CONCHE_OUTBOX_CORRUPT
 */
export function checkOutbox(db: DatabaseSync, files: DatabaseFiles): OutboxState {
  const faults = db.prepare(`PRAGMA quick_check(${FAULTS_NAMED})`).all().flatMap(Object.values);
  if (faults.join() !== "ok") throw outboxCorrupt(`the outbox is damaged (${faults.join("; ")})`, files);
  const state = readState(db);
  const mark = readMark(files.mark);
  if (mark !== undefined) requireNothingLost(state, mark, files);
  return state;
}

/** The outbox's id, the number of its newest batch and of its commits. */
export function readState(db: DatabaseSync): OutboxState {
  const row = db.prepare("SELECT id, batch, commits FROM outbox_state").get();
  return { id: String(row?.id), batch: Number(row?.batch), commits: Number(row?.commits) };
}

/** A damaged write-ahead log loses its newest commits without a word; the mark beside it remembers. */
function requireNothingLost(state: OutboxState, mark: KnownCommits, files: DatabaseFiles): void {
  if (mark.logId !== state.id) throw outboxCorrupt("the database is another outbox's", files);
  if (mark.commits > state.commits) {
    throw outboxCorrupt(`${mark.commits - state.commits} commits of the outbox are missing`, files);
  }
}
