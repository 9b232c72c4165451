import { sanitizeLine } from "../../adapters/terminal/sanitize.ts";
import type { Terminal } from "../../adapters/terminal/terminal.ts";
import type { LogFilter, LogReading } from "../../log/log-reading.ts";
import { unknownNames } from "../../log/unknown-names.ts";

/** What a filter names that the log has never heard of, on standard error, for whoever got nothing. */
export function tellUnknown({ err }: Terminal, log: LogReading, filter: LogFilter): void {
  for (const line of unknownNames(log, filter)) err.write(`${sanitizeLine(line)}\n`);
}
