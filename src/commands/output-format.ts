import { ConcheError } from "../errors/conche-error.ts";
import { oneOf } from "./option-values.ts";

/** What `csv-excel` means, in the help of every option that takes it. */
export const CSV_EXCEL_HELP = "csv-excel: with a byte order mark and the separator of this machine's locale";

/** The option `--format` of commands that give a list. */
export const FORMAT_OPTION = {
  argument: "FORMAT",
  help: `table (the default), json, csv, or ${CSV_EXCEL_HELP}`,
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
