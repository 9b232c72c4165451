import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { writeWholeFile } from "../../adapters/host/whole-file.ts";
import { counted } from "../../adapters/terminal/counts.ts";
import { isCsv } from "../../adapters/terminal/csv.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { csvMessages, jsonMessages } from "../../adapters/terminal/stored-message-format.ts";
import { wideTable } from "../../adapters/terminal/wide-format.ts";
import { writePieces } from "../../adapters/terminal/write-pieces.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { LogFilter, LogReading, StoredMessage } from "../../log/log-reading.ts";
import { everySpan, tagNames, type WideRow, wideRows } from "../../log/wide-rows.ts";
import { defineCommand } from "../command.ts";
import { duration, oneOf, place, wholeNumber } from "../option-values.ts";
import { CSV_EXCEL_HELP } from "../output-format.ts";
import { withLog } from "../with-log.ts";
import { FILTER_OPTIONS, filterOf } from "./filter-options.ts";
import { tellUnknown } from "./tell-unknown.ts";

const OPTIONS = {
  ...FILTER_OPTIONS,
  limit: { argument: "N", help: "at most so many", parse: wholeNumber(1, Number.MAX_SAFE_INTEGER) },
  format: {
    argument: "FORMAT",
    help: `jsonl, csv, or ${CSV_EXCEL_HELP} (default: by the file's name, else jsonl)`,
    parse: oneOf(["jsonl", "csv", "csv-excel"]),
  },
  wide: { help: "telemetry alone, with a column per tag" },
  tag: {
    argument: "TAG,…",
    help: "only these tags, separated by commas; with --wide, which it implies",
    parse: tagList,
  },
  every: {
    argument: "SPAN",
    help: "one row per machine and so much time, as 10s: of numbers the mean, of words the last; implies --wide",
    parse: duration("1s", "1d"),
  },
  output: { argument: "FILE", help: "file to write (default: standard output)", parse: place },
} as const;

/** `conche log export` */
export const exportLog = defineCommand({
  name: "export",
  summary: "write stored messages as JSON Lines or CSV, however many",
  description:
    "Writes stored messages, oldest first, without a limit and without holding them in memory. Payloads keep every\n" +
    "digit. In CSV, text that a spreadsheet would run as a formula gets an apostrophe in front. A file gets its name\n" +
    "when it is whole.",
  examples: [
    ["conche log export --output log.jsonl", "the whole log"],
    [
      "conche log export --type quality --since 7d --output week.csv",
      "a week's quality results, CSV by the file's name",
    ],
    ["conche log export --since 1d --format csv-excel --output day.csv", "for Excel, as it is set up here"],
    [
      "conche log export --machine temper-01 --since 8h --wide --every 10s --output shift.csv",
      "a machine's shift, a column per tag, a row every 10 seconds",
    ],
    ["conche log export --tag temp_c,viscosity_cP --since 1h --format csv", "two tags of every machine"],
    ["conche log export --batch B20260111-DA-0042 | jq .payload", "a batch, for another program"],
  ],
  settings: ["data"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { output, limit } = options;
    const format = options.format ?? (output?.toLowerCase().endsWith(".csv") ? "csv" : "jsonl");
    const filter = { ...filterOf(options), limit };
    const wide = options.wide || options.tag !== undefined || options.every !== undefined;
    if (wide && filter.type !== undefined && filter.type !== "telemetry") {
      throw new ConcheError("CONCHE_USAGE", {
        message: `--wide has a column per tag, and a message of type ${filter.type} has no tags`,
        hint: "leave --type away, or --wide",
      });
    }
    return withLog(config.data, async (log) => {
      const surface = output === undefined ? terminal : { columns: null };
      const passed = counting(log.query(wide ? { ...filter, type: "telemetry" } : filter));
      const pieces = wide
        ? wideTable(rowsOf(passed.messages, options), tagsOf(log, filter, options), surface, format)
        : isCsv(format)
          ? csvMessages(passed.messages, surface, true, format)
          : jsonMessages(passed.messages);
      if (output === undefined) await writePieces(terminal, pieces);
      else {
        const file = resolve(output);
        refuseLogFiles(file);
        await writeWholeFile(file, pieces);
        const text = `${counted(passed.count, "message")} written to ${file}`;
        terminal.out.write(`${config.json ? jsonLine({ file, messages: passed.count }) : text}\n`);
      }
      if (passed.count === 0) tellUnknown(terminal, log, filter);
      return 0;
    });
  },
});

interface WideOptions {
  readonly tag: readonly string[] | undefined;
  readonly every: number | undefined;
}

function rowsOf(messages: Iterable<StoredMessage>, { tag, every }: WideOptions): Iterable<WideRow> {
  const rows = wideRows(messages);
  const chosen = tag === undefined ? rows : withOneOf(rows, tag);
  return every === undefined ? chosen : everySpan(chosen, every);
}

function* withOneOf(rows: Iterable<WideRow>, tags: readonly string[]): Generator<WideRow> {
  for (const row of rows) if (tags.some((tag) => row.tags.has(tag))) yield row;
}

/** The columns: those asked for, or all that occur, for which the messages are read once more. */
function tagsOf(log: LogReading, filter: LogFilter, { tag }: WideOptions): readonly string[] {
  return tag ?? tagNames(wideRows(log.query({ ...filter, type: "telemetry" })));
}

function tagList(text: string): string[] {
  const tags = text.split(",").map((tag) => tag.trim());
  if (tags.every((tag) => tag !== "")) return [...new Set(tags)];
  throw new Error("must be tags separated by commas, as temp_c,viscosity_cP");
}

/**
 * An export replaces the file that has its name, and that must never be a log: its files are known by their name,
 * the database also behind a link or under another name.
 * @throws ConcheError CONCHE_OUTPUT_UNWRITABLE
 */
function refuseLogFiles(file: string): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  if (!basename(target).startsWith("datacenter_messages.") && !isDatabase(target)) return;
  throw new ConcheError("CONCHE_OUTPUT_UNWRITABLE", {
    message: `${file} is a file of a log, which an export must not replace`,
    hint: "name another file",
  });
}

function isDatabase(file: string): boolean {
  if (!existsSync(file) || !statSync(file).isFile()) return false;
  const header = Buffer.alloc(15);
  const handle = openSync(file, "r");
  try {
    readSync(handle, header, 0, header.length, 0);
  } finally {
    closeSync(handle);
  }
  return header.toString("latin1") === "SQLite format 3";
}

function counting(messages: Iterable<StoredMessage>) {
  const passed = { count: 0, messages: pass() };
  function* pass(): Generator<StoredMessage> {
    for (const message of messages) {
      passed.count += 1;
      yield message;
    }
  }
  return passed;
}
