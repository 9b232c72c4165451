import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { DESK_ROLES } from "../../../access/access-document.ts";
import type { Session, SessionHolder } from "../../../access/sessions.ts";

/** No token has this number: a version that knows no people of an identity provider ends their sessions. */
const NO_TOKEN = 0;

/** The sessions of a listener, in the order of their last use. */
export function sessionRows(db: DatabaseSync, place: string): [string, Session][] {
  return db
    .prepare(
      `SELECT hash, token_id, started_ms, used_ms, under, subject, name, role
         FROM sessions LEFT JOIN session_people USING (place, hash) WHERE place = ? ORDER BY used_ms`,
    )
    .all(place)
    .map((row) => [
      String(row.hash),
      { holder: holderOf(row), startedMs: Number(row.started_ms), usedMs: Number(row.used_ms) },
    ]);
}

/** Keeps a session; of a person what the identity provider said, but not what it said it with. */
export function keepSession(db: DatabaseSync, place: string, key: string, session: Session): void {
  const { holder, startedMs, usedMs } = session;
  const token = typeof holder === "number" ? holder : NO_TOKEN;
  db.prepare("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?)").run(
    place,
    key,
    token,
    startedMs,
    usedMs,
  );
  if (typeof holder === "number") return;
  const { under, subject, name, role } = holder;
  db.prepare("INSERT OR REPLACE INTO session_people VALUES (?, ?, ?, ?, ?, ?)").run(
    ...([place, key, under, subject, name, role] as const),
  );
}

/** Takes a session out, and whose it was. */
export function dropSession(db: DatabaseSync, place: string, key: string): void {
  for (const table of ["sessions", "session_people"]) {
    db.prepare(`DELETE FROM ${table} WHERE place = ? AND hash = ?`).run(place, key);
  }
}

/** What was used or begun before these times is over, milliseconds since 1970. */
export interface SessionsOver {
  readonly usedBeforeMs: number;
  readonly startedBeforeMs: number;
}

/** Takes out what is over, of one listener or of all. */
export function dropOver(db: DatabaseSync, over: SessionsOver, place?: string): void {
  db.prepare("DELETE FROM sessions WHERE (used_ms <= ? OR started_ms <= ?) AND place = ifnull(?, place)").run(
    ...([over.usedBeforeMs, over.startedBeforeMs, place ?? null] as const),
  );
  db.exec("DELETE FROM session_people WHERE (place, hash) NOT IN (SELECT place, hash FROM sessions)");
}

/** A person whose role is none of ours may the least. */
function holderOf(row: Record<string, SQLOutputValue>): SessionHolder {
  if (row.subject === null) return Number(row.token_id);
  return {
    under: String(row.under),
    subject: String(row.subject),
    name: String(row.name),
    role: DESK_ROLES.find((role) => role === row.role) ?? "viewer",
  };
}
