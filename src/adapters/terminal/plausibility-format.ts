import type { PlausibilityRow } from "../../log/plausibility-report.ts";
import { counted } from "./counts.ts";
import { jsonLine } from "./json-line.ts";
import { renderTable, type TableColumn, type TableSurface } from "./table.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "machine", flexible: true },
  { title: "flag" },
  { title: "messages", align: "right" },
  { title: "first received", minor: true },
  { title: "last received" },
  { title: "newest", minor: true, align: "right" },
];

/** The plausibility report as a table, or one sentence where all fits. */
export function plausibilityText(rows: readonly PlausibilityRow[], surface: TableSurface): string {
  if (rows.length === 0) return "everything fits the plant";
  const cells = rows.map(({ machine, flag, count, firstAt, lastAt, lastId }) => [
    machine === "" ? "(other topics)" : machine,
    { text: flag, style: "yellow" } as const,
    count,
    new Date(firstAt).toISOString(),
    new Date(lastAt).toISOString(),
    lastId,
  ]);
  const machines = new Set(rows.map(({ machine }) => machine)).size;
  return [
    renderTable(COLUMNS, cells, surface),
    "",
    `${counted(machines, "machine")} with messages that don't fit; all of them are stored`,
  ].join("\n");
}

/** The same for programs: a line for each machine and flag. */
export function plausibilityJson(rows: readonly PlausibilityRow[]): string {
  return rows
    .map(({ firstAt, lastAt, ...row }) =>
      jsonLine({
        ...row,
        firstReceived: new Date(firstAt).toISOString(),
        lastReceived: new Date(lastAt).toISOString(),
      }),
    )
    .join("\n");
}
