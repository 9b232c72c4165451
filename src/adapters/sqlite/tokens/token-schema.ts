import type { SQLOutputValue } from "node:sqlite";
import { DESK_ROLES } from "../../../access/access-document.ts";
import type { AccessToken } from "../../../access/access-token.ts";

/** Secrets are kept as their SHA-256 alone: they have 256 random bits, which no list of likely ones shortens. */
export const TOKEN_SCHEMA = `
  CREATE TABLE IF NOT EXISTS tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL, expires_ms INTEGER, last_used_ms INTEGER, revoked_ms INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS tokens_in_force ON tokens (name) WHERE revoked_ms IS NULL;
  CREATE TABLE IF NOT EXISTS login_codes (
    hash TEXT PRIMARY KEY, token_id INTEGER NOT NULL, expires_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sessions (
    place TEXT NOT NULL, hash TEXT NOT NULL, token_id INTEGER NOT NULL, started_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL, PRIMARY KEY (place, hash)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session_people (
    place TEXT NOT NULL, hash TEXT NOT NULL, under TEXT NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL,
    role TEXT NOT NULL, PRIMARY KEY (place, hash)
  ) STRICT, WITHOUT ROWID;
`;

/** A token of a row; one whose role is none of ours may the least. */
export function tokenOf(row: Record<string, SQLOutputValue>): AccessToken {
  const time = (value: SQLOutputValue | undefined) =>
    value === null || value === undefined ? undefined : Number(value);
  return {
    id: Number(row.id),
    name: String(row.name),
    role: DESK_ROLES.find((role) => role === row.role) ?? "viewer",
    createdMs: Number(row.created_ms),
    expiresMs: time(row.expires_ms),
    lastUsedMs: time(row.last_used_ms),
    revokedMs: time(row.revoked_ms),
  };
}
