import type { SQLOutputValue } from "node:sqlite";
import type { AuditKind, StoredAuditEntry } from "../../../access/audit.ts";

/**
 * Append-only by its triggers: nothing is changed, and only what the anchor names as pruned can go. Who can write the
 * file can take the triggers away, too; then the hashes no longer fit, or the head isn't the one that was noted.
 */
export const AUDIT_SCHEMA = `
  CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, count INTEGER NOT NULL,
    kind TEXT NOT NULL, subject TEXT, client_id TEXT, remote TEXT, object TEXT, detail TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS audit_anchor (
    one INTEGER PRIMARY KEY CHECK (one = 1), pruned_through INTEGER NOT NULL, hash TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER IF NOT EXISTS audit_unchanged BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit table is append-only'); END;
  CREATE TRIGGER IF NOT EXISTS audit_kept BEFORE DELETE ON audit
    WHEN OLD.id > coalesce((SELECT pruned_through FROM audit_anchor), 0)
    BEGIN SELECT RAISE(ABORT, 'the audit table is append-only'); END;
`;

/** An entry of a row. */
export function auditEntryOf(row: Record<string, SQLOutputValue>): StoredAuditEntry {
  const text = (value: SQLOutputValue | undefined) =>
    value === null || value === undefined ? null : String(value);
  return {
    id: Number(row.id),
    firstMs: Number(row.first_ms),
    lastMs: Number(row.last_ms),
    count: Number(row.count),
    // A kind of a later version is shown as it is.
    kind: String(row.kind) as AuditKind,
    subject: text(row.subject),
    clientId: text(row.client_id),
    remote: text(row.remote),
    object: text(row.object),
    detail: String(row.detail),
    hash: String(row.hash),
  };
}
