import type { DatabaseSync } from "node:sqlite";
import { carryOver } from "./carry-over.ts";
import { createLogInfo } from "./log-info.ts";
import { MIGRATIONS } from "./migrations/all.ts";
import { APPLICATION_ID, type SchemaState } from "./schema-state.ts";

/** What a log that is made is given. */
export interface MadeLog {
  /** A UUID that no other log has. */
  readonly logId: string;
  /** When that is, milliseconds since 1970. */
  readonly nowMs: number;
}

/** Brings a database to the current schema, all missing steps in one transaction: either all of it or nothing. */
export function migrate(db: DatabaseSync, state: SchemaState, { logId, nowMs }: MadeLog): void {
  const from = state.kind === "log" ? state.version : 0;
  const missing = MIGRATIONS.filter((migration) => migration.version > from);
  if (missing.length === 0) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const { sql, version } of missing) db.exec(`${sql}; PRAGMA user_version = ${version}`);
    if (state.kind !== "log") {
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      createLogInfo(db, logId, nowMs);
    }
    if (state.kind === "first-program") carryOver(db, nowMs);
    db.exec("COMMIT");
    // The schema at least is then in the database file, whatever becomes of the write-ahead log.
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
