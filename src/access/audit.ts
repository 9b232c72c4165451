/** What is audited. Few and fixed: they are labels of metrics, too. */
export const AUDIT_KINDS = [
  "connection-refused",
  "publish-refused",
  "subscribe-refused",
  "delivery-refused",
  "will-refused",
  "takeover-refused",
  "takeover",
  "policy-changed",
  "certificate-revoked",
  "role-changed",
  "login",
  "login-refused",
  "logout",
  "request-refused",
  "token-created",
  "token-revoked",
  "quarantine-replayed",
  "quarantine-corrected",
  "quarantine-dismissed",
  "audit-pruned",
] as const;
/** What an entry of the audit table is about. */
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** Something that an auditor wants to see. Texts may come from anybody; they are cut to a sane length. */
export interface AuditEvent {
  readonly kind: AuditKind;
  /** Who did it: an identity (of a refused connection, the one it claimed), or a person; null where nobody knows. */
  readonly subject: string | null;
  readonly clientId: string | null;
  /** Address of the other end. */
  readonly remote: string | null;
  /** What it was about: a topic, a filter, a file. */
  readonly object: string | null;
  readonly detail: string;
}

/** An event as it is kept, together with those like it. */
export interface AuditEntry extends AuditEvent {
  /** When it happened first and last, milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** How often, within that time. */
  readonly count: number;
}

/** PORT. Where audited events go. Costs the caller next to nothing: nothing is written before it returns. */
export interface AuditTrail {
  record(event: AuditEvent): void;
}

/** An entry of the audit table. */
export interface StoredAuditEntry extends AuditEntry {
  /** 1, 2, 3 … without gaps. */
  readonly id: number;
  /** SHA-256 over the entry and the hash of the one before, hex. */
  readonly hash: string;
}

/** The hash that the first entry of all builds on. */
export const AUDIT_GENESIS = "0".repeat(64);

/** What an entry's hash is computed over. */
export function auditText(before: string, id: number, entry: AuditEntry): string {
  const { firstMs, lastMs, count, kind, subject, clientId, remote, object, detail } = entry;
  return JSON.stringify([
    before,
    id,
    firstMs,
    lastMs,
    count,
    kind,
    subject,
    clientId,
    remote,
    object,
    detail,
  ]);
}
