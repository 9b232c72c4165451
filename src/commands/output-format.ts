import { ConcheError } from "../errors/conche-error.ts";
import { oneOf } from "./option-values.ts";

/** How a list is written. */
export const FORMAT_OPTION = {
  argument: "FORMAT",
  help: "table (the default), json or csv",
  parse: oneOf(["table", "json", "csv"]),
} as const;

/** The same where a table may become a file for Excel. */
export const TABLE_EXPORT_OPTION = {
  argument: "FORMAT",
  help: "table (the default), json, csv, or csv-excel: with a byte order mark and the separator of this machine's locale",
  parse: oneOf(["table", "json", "csv", "csv-excel"]),
} as const;

/** @throws ConcheError CONCHE_USAGE where two formats are asked for */
export function formatOf<Format extends string>(
  format: Format | "json" | undefined,
  json: boolean,
): Format | "table" | "json" {
  if (!json) return format ?? "table";
  if (format === undefined || format === "json") return "json";
  throw new ConcheError("CONCHE_USAGE", {
    message: `--format ${format} asks for one format, and --json (or json in environment or file) for another`,
    hint: "leave one of the two out: --json is the same as --format json",
  });
}
