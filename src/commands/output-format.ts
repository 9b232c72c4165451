import { ConcheError } from "../errors/conche-error.ts";
import { oneOf } from "./option-values.ts";

/** How a list is written. */
export const FORMAT_OPTION = {
  argument: "FORMAT",
  help: "table (the default), json or csv",
  parse: oneOf(["table", "json", "csv"]),
} as const;

/** @throws ConcheError CONCHE_USAGE where two formats are asked for */
export function formatOf(
  format: "table" | "json" | "csv" | undefined,
  json: boolean,
): "table" | "json" | "csv" {
  if (!json) return format ?? "table";
  if (format === undefined || format === "json") return "json";
  throw new ConcheError("CONCHE_USAGE", {
    message: `--format ${format} asks for one format, and --json (or json in environment or file) for another`,
    hint: "leave one of the two out: --json is the same as --format json",
  });
}
