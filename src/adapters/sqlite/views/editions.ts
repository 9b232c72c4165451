import type { DatabaseSync } from "node:sqlite";
import type { View } from "../../../views/view.ts";
import type { ViewTable } from "../../../views/view-table.ts";
import type { Standing, ViewEdition } from "../../../views/views-store.ts";

/** The findings of an edition, as a table among its own. */
export const FINDINGS: ViewTable = {
  name: "findings",
  columns: {
    key: "text",
    reason: "text",
    detail: "text",
    subject: "text",
    at_ms: "integer",
    message_id: "integer",
  },
  key: ["key"],
};

/** An edition as the registry has it. */
export interface StoredEdition extends ViewEdition {
  /** What the names of its tables begin with. */
  readonly prefix: string;
  readonly tables: readonly ViewTable[];
}

/** Reads the registry. */
export function readEditions(db: DatabaseSync): StoredEdition[] {
  return db
    .prepare("SELECT * FROM editions ORDER BY edition")
    .all()
    .map((row) => {
      const tablesJson = String(row.tables_json);
      return {
        edition: Number(row.edition),
        name: String(row.name),
        version: Number(row.version),
        standing: row.standing as Standing, // written from one
        prefix: String(row.prefix),
        tables: JSON.parse(tablesJson) as ViewTable[], // written from them
        position: { logId: String(row.log_id), id: Number(row.position), checksum: Number(row.checksum) },
        newestReceivedMs: Number(row.newest_received_ms),
        fits: (view) => tablesJson === tablesText(view),
      };
    });
}

/** The tables of a view in one certain form: equal forms, equal tables. */
export function tablesText(view: View): string {
  return JSON.stringify([...view.tables, FINDINGS].map(({ name, columns, key }) => ({ name, columns, key })));
}
