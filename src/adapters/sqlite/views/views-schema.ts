import type { DatabaseSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import { pragma } from "../database/connection.ts";

/** `PRAGMA application_id` of the views' database: "CVIE" in ASCII. */
const APPLICATION_ID = 0x43564945;
/** The form of the registry below. The views' own tables have versions of their own. */
const REGISTRY_VERSION = 1;

const REGISTRY = `
  CREATE TABLE editions (
    edition INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    standing TEXT NOT NULL,
    prefix TEXT NOT NULL,
    tables_json TEXT NOT NULL,
    log_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    newest_received_ms INTEGER NOT NULL
  );
  -- One row per view whose rebuilding somebody asked for while another process keeps the views.
  CREATE TABLE rebuild_requests (name TEXT PRIMARY KEY) WITHOUT ROWID;
`;

/**
 * Makes the registry in an empty database, or sees that it is one of ours.
 * @throws ConcheError CONCHE_VIEWS_TOO_NEW, CONCHE_VIEWS_FOREIGN
 */
export function prepareRegistry(db: DatabaseSync, path: string): void {
  if (requireRegistry(db, path) === "made") return;
  db.exec(`BEGIN IMMEDIATE; ${REGISTRY}
    PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${REGISTRY_VERSION}; COMMIT`);
}

/**
 * Tells whether the registry has been made.
 * @throws ConcheError CONCHE_VIEWS_TOO_NEW, CONCHE_VIEWS_FOREIGN
 */
export function requireRegistry(db: DatabaseSync, path: string): "made" | "empty" {
  const application = pragma(db, "application_id");
  const version = Number(pragma(db, "user_version"));
  if (application === APPLICATION_ID) {
    if (version === REGISTRY_VERSION) return "made";
    throw new ConcheError("CONCHE_VIEWS_TOO_NEW", {
      message: `the views have form ${version}, this program knows ${REGISTRY_VERSION}: ${path}`,
    });
  }
  const tables = db.prepare("SELECT count(*) AS count FROM sqlite_schema").get()?.count;
  if (application === 0 && tables === 0) return "empty";
  throw new ConcheError("CONCHE_VIEWS_FOREIGN", {
    message: `the database holds another program's tables: ${path}`,
  });
}
