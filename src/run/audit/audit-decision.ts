import { userInfo } from "node:os";
import type { AuditKind } from "../../access/audit.ts";
import { AuditStore } from "../../adapters/sqlite/audit/audit-store.ts";

/** Something that a person has decided, in words. */
export interface Decision {
  readonly kind: AuditKind;
  /** Who, as they named themselves; the user of the system where they don't. */
  readonly by?: string | undefined;
  readonly object: string;
  readonly detail: string;
}

/**
 * Writes a decision of a command into the audit table, before the command ends.
 * @throws ConcheError where it can't be written
 */
export function auditDecision(folder: string, { kind, by, object, detail }: Decision): void {
  const store = new AuditStore(folder);
  const nowMs = Date.now();
  const remote = null;
  const subject = by ?? systemUser();
  try {
    store.append(
      [{ kind, subject, clientId: null, remote, object, detail, firstMs: nowMs, lastMs: nowMs, count: 1 }],
      nowMs,
    );
  } finally {
    store.close();
  }
}

/** A user without a name (in a container, say) is a number. */
function systemUser(): string {
  try {
    return `system user ${userInfo().username}`;
  } catch {
    return `system user ${process.getuid?.() ?? "unknown"}`;
  }
}
