import type { DatabaseSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import { pragma } from "../database/connection.ts";
import { SCHEMA_VERSION } from "./migrations/all.ts";

/** `PRAGMA application_id` of a log: "CONC" in ASCII. */
export const APPLICATION_ID = 0x434f4e43;

/** The table that the product's first program made, and its columns. */
export const MESSAGE_TABLE = "mqtt_messages";
const FIRST_COLUMNS = ["id", "payload_json", "topic", "ts"];

/** By the schema version that brought them. */
const TABLES_SINCE: readonly (readonly string[])[] = [
  [],
  [
    MESSAGE_TABLE,
    "log_totals",
    "log_blocks",
    "block_keys",
    "block_keys_recent",
    "sequences",
    "quarantine",
    "retained_messages",
    "log_info",
  ],
  ["broker_retained", "log_journal"],
  ["quarantine_room", "quarantine_dropped"],
  ["quarantine_decisions"],
  [],
  ["broker_sessions", "broker_received"],
];
/** The highest id of a carried-over row: ids must stay whole numbers in JavaScript with room to go on. */
const HIGHEST_ID = 2 ** 52;

/** What a database file holds: nothing yet, the first program's table, or a log of some version. */
export type SchemaState =
  | { readonly kind: "empty" }
  | { readonly kind: "first-program" }
  | { readonly kind: "log"; readonly version: number };

/**
 * Tells what the database holds, or refuses it. Changes nothing.
 * @throws ConcheError CONCHE_LOG_TOO_NEW, CONCHE_LOG_FOREIGN, CONCHE_LOG_CORRUPT
 */
export function readSchemaState(db: DatabaseSync, path: string): SchemaState {
  const applicationId = pragma(db, "application_id");
  const version = Number(pragma(db, "user_version"));
  const tables = namesOf(db, "table");
  if (applicationId === APPLICATION_ID) {
    if (version > SCHEMA_VERSION) {
      throw new ConcheError("CONCHE_LOG_TOO_NEW", {
        message: `the log has schema version ${version}, this program knows ${SCHEMA_VERSION}: ${path}`,
      });
    }
    requireTables(tables, version, path);
    return { kind: "log", version };
  }
  if (applicationId === 0 && version === 0) {
    if (tables.length === 0) return { kind: "empty" };
    if (tables.length === 1 && tables[0] === MESSAGE_TABLE) {
      requireFirstProgramTable(db, path);
      return { kind: "first-program" };
    }
  }
  const names = tables.length === 0 ? "a schema of another program" : `the tables ${tables.join(", ")}`;
  throw foreign(`the database holds ${names}`, path);
}

function requireTables(tables: readonly string[], version: number, path: string): void {
  const expected = TABLES_SINCE.slice(0, version + 1).flat();
  const unknown = tables.filter((name) => !expected.includes(name));
  if (unknown.length > 0) throw foreign(`the log also holds the tables ${unknown.join(", ")}`, path);
  const absent = expected.filter((name) => !tables.includes(name));
  if (absent.length > 0) {
    throw new ConcheError("CONCHE_LOG_CORRUPT", {
      message: `the log lacks the tables ${absent.join(", ")}: ${path}`,
    });
  }
}

/** Accepts what the log can be built on: the four columns, `id` as the row's own number, nothing that may refuse rows. */
function requireFirstProgramTable(db: DatabaseSync, path: string): void {
  const columns = db.prepare(
    `SELECT name, type, pk FROM pragma_table_xinfo('${MESSAGE_TABLE}') ORDER BY name`,
  );
  const found = columns.all() as { name: string; type: string; pk: number }[];
  if (found.map((column) => column.name).join() !== FIRST_COLUMNS.join()) {
    throw foreign(`${MESSAGE_TABLE} has other columns than ${FIRST_COLUMNS.join(", ")}`, path);
  }
  const id = found.find((column) => column.name === "id");
  const unique = db.prepare(`SELECT 1 FROM pragma_index_list('${MESSAGE_TABLE}') WHERE "unique"`).get();
  if (id?.type.toUpperCase() !== "INTEGER" || id.pk !== 1 || unique !== undefined) {
    throw foreign(`${MESSAGE_TABLE} needs id as INTEGER PRIMARY KEY and no other UNIQUE column`, path);
  }
  if (namesOf(db, "trigger").length > 0) throw foreign(`${MESSAGE_TABLE} has triggers`, path);
  const outside = db.prepare(`SELECT count(*) AS count FROM ${MESSAGE_TABLE} WHERE id NOT BETWEEN 1 AND ?`);
  if (outside.get(HIGHEST_ID)?.count !== 0) throw foreign(`${MESSAGE_TABLE} has ids outside 1 … 2^52`, path);
}

function namesOf(db: DatabaseSync, type: "table" | "trigger"): string[] {
  const names = db.prepare(
    "SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
  );
  return names.all(type).map((row) => String(row.name));
}

function foreign(what: string, path: string): ConcheError {
  return new ConcheError("CONCHE_LOG_FOREIGN", { message: `${what}: ${path}` });
}
