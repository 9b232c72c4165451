import { messageLine } from "../../adapters/terminal/message-line.ts";
import { csvMessages, jsonMessages } from "../../adapters/terminal/stored-message-format.ts";
import { type Piece, renderLine } from "../../adapters/terminal/styled-text.ts";
import type { Terminal } from "../../adapters/terminal/terminal.ts";
import { writePieces } from "../../adapters/terminal/write-pieces.ts";
import type { LogPosition } from "../../log/log-position.ts";
import type { LogFilter, LogReading, StoredMessage } from "../../log/log-reading.ts";
import { defineCommand } from "../command.ts";
import { oneOf, wholeNumber } from "../option-values.ts";
import { withLog } from "../with-log.ts";
import { FILTER_OPTIONS, filterOf } from "./filter-options.ts";
import { tellUnknown } from "./tell-unknown.ts";

const DEFAULT_LIMIT = 20;
const HIGHEST_LIMIT = 100_000;

type Format = "lines" | "jsonl" | "csv";

const OPTIONS = {
  ...FILTER_OPTIONS,
  limit: {
    argument: "N",
    help: `so many of the newest (default: ${DEFAULT_LIMIT})`,
    parse: wholeNumber(0, HIGHEST_LIMIT),
  },
  follow: { help: "go on with what is stored from now on" },
  format: {
    argument: "FORMAT",
    help: "lines (the default), jsonl or csv",
    parse: oneOf(["lines", "jsonl", "csv"]),
  },
} as const;

/** `conche log tail` */
export const tail = defineCommand({
  name: "tail",
  summary: "show the messages that were stored last, and follow",
  description:
    "Shows the newest stored messages, oldest of them first; with --follow also those that come, until Ctrl-C.",
  examples: [
    ["conche log tail", `the last ${DEFAULT_LIMIT}`],
    ["conche log tail --follow --type alarm", "alarms as they come"],
    ["conche log tail --limit 1000 --json", "the last 1000 as JSON Lines"],
  ],
  settings: ["data"],
  options: OPTIONS,
  async run({ options, config, terminal, stopSignal }) {
    const { limit = DEFAULT_LIMIT, follow } = options;
    const format = options.format ?? (config.json ? "jsonl" : "lines");
    const filter = filterOf(options);
    const stop = follow ? stopSignal() : undefined;
    return withLog(config.data, async (log) => {
      const newest = log.end();
      const last =
        limit === 0 ? [] : [...log.query({ ...filter, order: "desc", limit, beforeId: newest.id + 1 })];
      await writePieces(terminal, inFormat(format, last.reverse(), terminal, true));
      if (last.length === 0) tellUnknown(terminal, log, filter);
      if (stop !== undefined) await followLog(log, filter, newest, format, terminal, stop);
      return 0;
    });
  },
});

async function followLog(
  log: LogReading,
  filter: LogFilter,
  newest: LogPosition,
  format: Format,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<void> {
  let afterId = newest.id;
  for await (const { id } of log.ends(newest, stop)) {
    const fresh = log.query({ ...filter, afterId, beforeId: id + 1 });
    await writePieces(terminal, inFormat(format, fresh, terminal, false));
    afterId = id;
  }
}

function inFormat(format: Format, messages: Iterable<StoredMessage>, terminal: Terminal, head: boolean) {
  if (format === "jsonl") return jsonMessages(messages);
  return format === "csv" ? csvMessages(messages, terminal, head) : messageLines(messages, terminal);
}

function* messageLines(messages: Iterable<StoredMessage>, { columns, colour }: Terminal): Generator<string> {
  for (const message of messages) yield `${renderLine(linePieces(message), columns, colour)}\n`;
}

function linePieces({ topic, type, ts, payload }: StoredMessage): Piece[] {
  // A row carried over from an older program may have a topic of another form.
  return type === null ? [{ text: `${topic} -> ${ts}` }] : messageLine({ topic, type, ts, payload });
}
