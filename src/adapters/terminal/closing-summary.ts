import { MESSAGE_TYPES } from "../../contract/topic.ts";
import { counted, grouped } from "./counts.ts";
import { TYPE_STYLE } from "./message-line.ts";
import type { RunSummary } from "./run-tally.ts";
import { type SimulationTally, simulationLine } from "./simulation-line.ts";
import { renderTable, type TableCell, type TableColumn, type TableSurface } from "./table.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "this run" },
  { title: "messages", align: "right" },
  { title: "" },
];

/** The closing summary: what became of every message of the run. */
export function closingLines(
  run: RunSummary,
  simulation: SimulationTally | undefined,
  surface: TableSurface,
): string[] {
  const rate =
    run.seconds > 0 && run.stored > 0 ? `${grouped(Math.round(run.stored / run.seconds))} per second` : "";
  const complete = run.sequenced ? "every number of every publisher arrived" : "";
  const gaps =
    run.missing === 0
      ? complete
      : `of ${counted(run.incompletePublishers, "publisher")}: conche verify lists them`;
  const rows: TableCell[][] = [
    ["stored", grouped(run.stored), rate],
    ...MESSAGE_TYPES.map((type) => [
      { text: `  ${type}`, style: TYPE_STYLE[type] },
      grouped(run.byType[type]),
      "",
    ]),
    ...(run.flagged === 0
      ? []
      : [
          [
            { text: "  flagged", style: ["yellow", "bold"] } as const,
            grouped(run.flagged),
            "conche report plausibility says what doesn't fit",
          ],
        ]),
    ["duplicates", grouped(run.duplicates), run.duplicates === 0 ? "" : "stored once each"],
    [
      marked("quarantined", run.quarantined),
      grouped(run.quarantined),
      run.quarantined === 0 ? "" : "conche quarantine list shows them",
    ],
    [marked("gaps", run.missing), grouped(run.missing), gaps],
  ];
  const title = `Stopped after ${run.seconds.toFixed(1)} s; everything that was acknowledged is on disk.`;
  const line = simulation === undefined ? [] : [`Simulated line: ${simulationLine(simulation)}.`, ""];
  return ["", title, "", renderTable(COLUMNS, rows, surface), "", ...line];
}

function marked(text: string, count: number): TableCell {
  return count === 0 ? text : { text, style: ["red", "bold"] };
}
