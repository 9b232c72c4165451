import type { StoredAuditEntry } from "../../access/audit.ts";
import { grouped } from "./counts.ts";
import { jsonLine } from "./json-line.ts";
import { renderTable, type TableColumn, type TableSurface } from "./table.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "time" },
  { title: "times", minor: true, align: "right" },
  { title: "kind" },
  { title: "who" },
  { title: "from", minor: true },
  { title: "about" },
  { title: "detail", flexible: true },
];

/** Entries of the audit table for people. */
export function auditTable(entries: readonly StoredAuditEntry[], surface: TableSurface): string {
  const rows = entries.map(({ lastMs, count, kind, subject, clientId, remote, object, detail }) => [
    new Date(lastMs).toISOString(),
    grouped(count),
    kind,
    subject ?? (clientId === null ? "" : `client ${clientId}`),
    remote ?? "",
    object ?? "",
    detail,
  ]);
  return renderTable(COLUMNS, rows, surface);
}

/** An entry for programs. */
export function auditJson({ firstMs, lastMs, clientId, ...rest }: StoredAuditEntry): string {
  const [first_at, last_at] = [firstMs, lastMs].map((ms) => new Date(ms).toISOString());
  return jsonLine({ ...rest, client_id: clientId, first_at, last_at });
}
