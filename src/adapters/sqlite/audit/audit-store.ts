import { createHash } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { AUDIT_GENESIS, type AuditEntry, auditText } from "../../../access/audit.ts";
import { openWriter, pragma } from "../database/connection.ts";
import { makeDataFolder } from "../database/data-folder.ts";
import { auditFiles } from "../database/database-files.ts";
import { toConcheError } from "../database/sqlite-error.ts";
import { AUDIT_SCHEMA } from "./audit-schema.ts";

const BUSY_TIMEOUT_MS = 250;
/** What the file may take, bytes; beyond it a tenth of the entries goes, the oldest first. */
export const AUDIT_BYTES = 64 * 1024 * 1024;

interface Head {
  readonly id: number;
  readonly hash: string;
}

/** The audit table, for appending. Its file is made by the first entry. */
export class AuditStore {
  readonly #folder: string;
  readonly #limitBytes: number;
  #db: DatabaseSync | undefined;
  #insert: StatementSync | undefined;

  constructor(folder: string, limitBytes = AUDIT_BYTES) {
    this.#folder = folder;
    this.#limitBytes = limitBytes;
  }

  /**
   * Appends entries in one transaction, behind whatever another process has appended meanwhile. Not synced one by one:
   * a loss of power may cost the last ones, never the chain.
   * @throws ConcheError where the disk is full or fails, or the file is none of ours; nothing is appended then
   */
  append(entries: readonly AuditEntry[], nowMs: number): void {
    if (entries.length === 0) return;
    const path = auditFiles(this.#folder).database;
    try {
      const db = this.#open(path);
      db.exec("BEGIN IMMEDIATE");
      let head = headOf(db);
      for (const entry of entries) head = this.#add(head, entry);
      this.#prune(db, head, nowMs);
      db.exec("COMMIT");
    } catch (error) {
      if (this.#db?.isTransaction) this.#db.exec("ROLLBACK");
      throw toConcheError(error, "appending to the audit table", path);
    }
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  #open(path: string): DatabaseSync {
    if (this.#db !== undefined) return this.#db;
    makeDataFolder(this.#folder);
    const db = openWriter(path, BUSY_TIMEOUT_MS);
    try {
      db.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF; ${AUDIT_SCHEMA}`,
      );
      this.#insert = db.prepare("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    } catch (error) {
      db.close();
      throw error;
    }
    this.#db = db;
    return db;
  }

  #add(head: Head, entry: AuditEntry): Head {
    const id = head.id + 1;
    const hash = auditHash(head.hash, id, entry);
    const { firstMs, lastMs, count, kind, subject, clientId, remote, object, detail } = entry;
    this.#insert?.run(id, firstMs, lastMs, count, kind, subject, clientId, remote, object, detail, hash);
    return { id, hash };
  }

  #prune(db: DatabaseSync, head: Head, nowMs: number): void {
    const pages = Number(pragma(db, "page_count")) - Number(pragma(db, "freelist_count"));
    if (pages * Number(pragma(db, "page_size")) <= this.#limitBytes) return;
    const first = Number(db.prepare("SELECT min(id) AS id FROM audit").get()?.id ?? head.id);
    const through = first + Math.ceil((head.id - first + 1) / 10) - 1;
    const last = db.prepare("SELECT hash FROM audit WHERE id = ?").get(through);
    if (last === undefined || through >= head.id) return;
    db.prepare("INSERT OR REPLACE INTO audit_anchor VALUES (1, ?, ?)").run(through, String(last.hash));
    db.prepare("DELETE FROM audit WHERE id <= ?").run(through);
    this.#add(head, {
      kind: "audit-pruned",
      subject: null,
      clientId: null,
      remote: null,
      object: `${first} to ${through}`,
      detail: `the file had reached ${this.#limitBytes} bytes; the last one that went has the hash ${last.hash}`,
      firstMs: nowMs,
      lastMs: nowMs,
      count: through - first + 1,
    });
  }
}

/** The hash of an entry behind another one. */
export function auditHash(before: string, id: number, entry: AuditEntry): string {
  return createHash("sha256")
    .update(auditText(before, id, entry))
    .digest("hex");
}

function headOf(db: DatabaseSync): Head {
  const row =
    db.prepare("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").get() ??
    db.prepare("SELECT pruned_through AS id, hash FROM audit_anchor").get();
  return row === undefined ? { id: 0, hash: AUDIT_GENESIS } : { id: Number(row.id), hash: String(row.hash) };
}
