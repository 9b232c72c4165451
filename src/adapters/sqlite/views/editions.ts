import type { DatabaseSync } from "node:sqlite";
import type { View } from "../../../views/view.ts";
import type { ViewTable } from "../../../views/view-table.ts";
import type { Standing, ViewEdition } from "../../../views/views-store.ts";

/** A {@link Finding} as it is kept, with its number. */
export type FindingRow = {
  key: string;
  reason: string;
  detail: string;
  subject: string;
  at_ms: number;
  message_id: number;
  /** Of the report, counted up. */
  number: number;
};
/** Reports by number, so that the oldest finding is found and given up first. */
export type FindingNumberRow = { number: number; key: string };
/** How many findings a view ever reported, and how many are kept. */
export type FindingCountRow = { name: string; reported: number; present: number };

/** The findings of an edition, as a table among its own. */
export const FINDINGS: ViewTable<FindingRow> = {
  name: "findings",
  columns: {
    key: "text",
    reason: "text",
    detail: "text",
    subject: "text",
    at_ms: "integer",
    message_id: "integer",
    number: "integer",
  },
  key: ["key"],
};

/** Which finding a report was of: the oldest go first. */
export const FINDING_NUMBERS: ViewTable<FindingNumberRow> = {
  name: "finding_numbers",
  columns: { number: "integer", key: "text" },
  key: ["number"],
};

/** How many were ever reported, and how many there are. */
export const FINDING_COUNTS: ViewTable<FindingCountRow> = {
  name: "finding_counts",
  columns: { name: "text", reported: "integer", present: "integer" },
  key: ["name"],
};

/** What every edition has beside the tables of its view. */
export const OWN_TABLES = [FINDINGS, FINDING_NUMBERS, FINDING_COUNTS] as unknown as readonly ViewTable[];

/** An edition as the registry has it. */
export interface StoredEdition extends ViewEdition {
  /** What the names of its tables begin with. */
  readonly prefix: string;
  readonly tables: readonly ViewTable[];
}

/** The editions of all views: the one that answers, and the one that is being built beside it. */
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
  return JSON.stringify(
    [...view.tables, ...OWN_TABLES].map(({ name, columns, key }) => ({ name, columns, key })),
  );
}
