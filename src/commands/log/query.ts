import { isCsv } from "../../adapters/terminal/csv.ts";
import { csvMessages, jsonMessages, messageTable } from "../../adapters/terminal/stored-message-format.ts";
import { writePieces } from "../../adapters/terminal/write-pieces.ts";
import type { StoredMessage } from "../../log/log-reading.ts";
import { defineCommand } from "../command.ts";
import { oneOf, wholeNumber } from "../option-values.ts";
import { CSV_EXCEL_HELP } from "../output-format.ts";
import { withLog } from "../with-log.ts";
import { FILTER_OPTIONS, filterOf } from "./filter-options.ts";
import { tellUnknown } from "./tell-unknown.ts";

const DEFAULT_LIMIT = 100;
const HIGHEST_LIMIT = 1_000_000;

const OPTIONS = {
  ...FILTER_OPTIONS,
  order: {
    argument: "ORDER",
    help: "asc (oldest first, the default) or desc",
    parse: oneOf(["asc", "desc"]),
  },
  limit: {
    argument: "N",
    help: `at most so many (default: ${DEFAULT_LIMIT})`,
    parse: wholeNumber(1, HIGHEST_LIMIT),
  },
  format: {
    argument: "FORMAT",
    help: `table (the default), jsonl, csv, or ${CSV_EXCEL_HELP}`,
    parse: oneOf(["table", "jsonl", "csv", "csv-excel"]),
  },
} as const;

/** `conche log query` */
export const query = defineCommand({
  name: "query",
  summary: "show stored messages by machine, type, batch and time",
  description:
    "Shows stored messages in the order in which they were stored. Reads beside a running data center.",
  examples: [
    ["conche log query --type alarm --since 24h", "the alarms of the last day"],
    ["conche log query --machine temper-01 --since 2026-01-11 --until 2026-01-12", "a machine's day"],
    ["conche log query --batch B20260111-DA-0042 --format csv", "a batch as CSV"],
    ["conche log query --order desc --limit 10 --json", "the last ten as JSON Lines"],
  ],
  settings: ["data"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { order, limit = DEFAULT_LIMIT } = options;
    const format = options.format ?? (config.json ? "jsonl" : "table");
    const filter = { ...filterOf(options), order };
    return withLog(config.data, async (log) => {
      // One more than wanted shows whether there are more.
      const found = atMost(log.query({ ...filter, limit: limit + 1 }), limit);
      if (format === "table") {
        const shown = [...found.messages];
        terminal.out.write(shown.length === 0 ? "no message fits\n" : `${messageTable(shown, terminal)}\n`);
        if (shown.length === 0) tellUnknown(terminal, log, filter);
      } else
        await writePieces(
          terminal,
          isCsv(format) ? csvMessages(found.messages, terminal, true, format) : jsonMessages(found.messages),
        );
      if (format !== "table" && found.none) tellUnknown(terminal, log, filter);
      if (found.cut) terminal.err.write(`${limit} shown, there are more: --limit N, or conche log export\n`);
      return 0;
    });
  },
});

function atMost(messages: Iterable<StoredMessage>, limit: number) {
  const found = { cut: false, none: true, messages: take() };
  function* take(): Generator<StoredMessage> {
    let count = 0;
    for (const message of messages) {
      if (count === limit) {
        found.cut = true;
        return;
      }
      count += 1;
      found.none = false;
      yield message;
    }
  }
  return found;
}
