import type { DatabaseSync } from "node:sqlite";

/** Gives a new log its identity. Within a transaction. */
export function createLogInfo(db: DatabaseSync, logId: string, nowMs: number): void {
  const insert = db.prepare("INSERT INTO log_info (name, value) VALUES (?, ?)");
  insert.run("log_id", logId);
  insert.run("created_at", new Date(nowMs).toISOString());
}

/** Notes that the log was opened for writing; the first write of every process. */
export function noteOpened(db: DatabaseSync, nowMs: number): void {
  db.prepare("INSERT OR REPLACE INTO log_info (name, value) VALUES ('opened_at', ?)").run(
    new Date(nowMs).toISOString(),
  );
}

/** What distinguishes this log from every other; copies of it have the same. */
export function readLogId(db: DatabaseSync): string {
  return String(db.prepare("SELECT value FROM log_info WHERE name = 'log_id'").get()?.value);
}
