import type { BatchRecord } from "../../trace/record/batch-record.ts";
import { recordBlocks } from "../../trace/record/record-blocks.ts";
import { sanitizeLine } from "./sanitize.ts";
import { renderTable, type TableSurface } from "./table.ts";

/** The record for the terminal; curves stand in it by their figures. */
export function batchRecordText(record: BatchRecord, surface: TableSurface): string {
  const parts = recordBlocks(record).flatMap((block): string[] => {
    switch (block.kind) {
      case "heading":
        return [block.text.toUpperCase()];
      case "text":
        return [sanitizeLine(block.text)];
      case "facts":
        return [block.facts.map(([name, value]) => `${name.padEnd(12)}${sanitizeLine(value)}`).join("\n")];
      case "table":
        return [
          renderTable(
            block.columns.map(({ title, right }) => ({
              title,
              ...(right ? { align: "right" as const } : {}),
            })),
            block.rows,
            surface,
          ),
        ];
      default:
        return [];
    }
  });
  return `${sanitizeLine(`Batch record ${record.batch}`)}\n\n${parts.join("\n\n")}\n`;
}
