import type { DatabaseSync } from "node:sqlite";
import { AUDIT_GENESIS, type AuditKind, type StoredAuditEntry } from "../../../access/audit.ts";
import { openReader } from "../database/connection.ts";
import { fileSize } from "../database/data-folder.ts";
import { auditFiles } from "../database/database-files.ts";
import { toConcheError } from "../database/sqlite-error.ts";
import { auditEntryOf } from "./audit-schema.ts";
import { auditHash } from "./audit-store.ts";

/** Which entries are wanted; everything where a field is left out. */
export interface AuditFilter {
  readonly kind?: AuditKind | undefined;
  readonly subject?: string | undefined;
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** The newest so many. */
  readonly limit: number;
}

/** What a walk along the chain has found. */
export interface AuditVerification {
  readonly entries: number;
  /** Entries that had gone before, at the bound. */
  readonly pruned: number;
  /** Hash of the newest entry; null where there is none. */
  readonly head: string | null;
  /** The first entry that doesn't fit, and why; null where the chain is whole. */
  readonly broken: { readonly id: number; readonly why: string } | null;
  /** Whether the hash that was asked for is one of the chain; undefined where none was. */
  readonly headFound: boolean | undefined;
}

/** Reads the audit table, beside a running data center or without one. */
export class AuditReader {
  readonly #db: DatabaseSync;
  readonly #path: string;

  private constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
  }

  /**
   * Undefined where nothing was audited so far.
   * @throws ConcheError CONCHE_LOG_CORRUPT where the file is damaged
   */
  static open(folder: string): AuditReader | undefined {
    const path = auditFiles(folder).database;
    if (fileSize(path) === undefined) return undefined;
    return new AuditReader(openReader(path, "opening the audit table"), path);
  }

  /** The newest entries that fit, oldest first. */
  list({ kind, subject, sinceMs, untilMs, limit }: AuditFilter): StoredAuditEntry[] {
    return this.#reading(() =>
      this.#db
        .prepare(
          `SELECT * FROM audit WHERE (:kind IS NULL OR kind = :kind) AND (:subject IS NULL OR subject = :subject)
             AND (:since IS NULL OR last_ms >= :since) AND (:until IS NULL OR first_ms < :until)
           ORDER BY id DESC LIMIT :limit`,
        )
        .all({
          kind: kind ?? null,
          subject: subject ?? null,
          since: sinceMs ?? null,
          until: untilMs ?? null,
          limit,
        })
        .map(auditEntryOf)
        .reverse(),
    );
  }

  /** Computes every hash again. @param noted a hash that was noted before: it must be one of the chain */
  verify(noted?: string): AuditVerification {
    return this.#reading(() => {
      // One state of the file, while others append.
      this.#db.exec("BEGIN");
      try {
        return this.#walk(noted);
      } finally {
        this.#db.exec("COMMIT");
      }
    });
  }

  close(): void {
    this.#db.close();
  }

  #walk(noted: string | undefined): AuditVerification {
    const anchor = this.#db.prepare("SELECT pruned_through, hash FROM audit_anchor").get();
    const pruned = Number(anchor?.pruned_through ?? 0);
    let before = anchor === undefined ? AUDIT_GENESIS : String(anchor.hash);
    let headFound = noted === undefined ? undefined : before === noted && pruned > 0;
    let entries = 0;
    let broken: AuditVerification["broken"] = null;
    for (const row of this.#db.prepare("SELECT * FROM audit ORDER BY id").iterate()) {
      const entry = auditEntryOf(row);
      entries++;
      const id = pruned + entries;
      if (entry.id !== id) broken ??= { id: entry.id, why: `${id} should come here` };
      else if (auditHash(before, id, entry) !== entry.hash) broken ??= { id, why: "its hash doesn't fit" };
      before = entry.hash;
      if (before === noted) headFound = true;
    }
    return { entries, pruned, head: entries === 0 && pruned === 0 ? null : before, broken, headFound };
  }

  #reading<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw toConcheError(error, "reading the audit table", this.#path);
    }
  }
}
