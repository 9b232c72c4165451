import { ViewsReader } from "../adapters/sqlite/views/views-reader.ts";
import { renderListing } from "../adapters/terminal/listing.ts";
import { loadPlant } from "../adapters/yaml/load-plant.ts";
import type { ApiContext } from "../api/context.ts";
import { answerQuestion } from "../api/questions/answer-question.ts";
import { readMoment } from "../contract/moment.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { folderContext } from "../run/views/folder-context.ts";
import { QUESTIONS } from "../trace/questions/ask/questions.ts";
import { defineCommand } from "./command.ts";
import { FORMAT_OPTION, formatOf } from "./output-format.ts";
import { logEnd, sayBehind } from "./with-view.ts";

const moment = (text: string) => readMoment(text);
const OPTIONS = {
  of: { argument: "ID", help: "what it is about: a lot, SSCC, case, batch, pack code or shipment" },
  at: { argument: "TIME", help: "the time printed beside a pack code", parse: moment },
  from: { argument: "TIME", help: "from this time on (default: the beginning)", parse: moment },
  to: { argument: "TIME", help: "before this time (default: now)", parse: moment },
  format: FORMAT_OPTION,
} as const;

/** `conche ask` */
export const ask = defineCommand({
  name: "ask",
  summary: "the questions that a quality manager is asked: list them, or answer one",
  description:
    "Without a number it lists the questions. All are answered from the views of the data folder, beside the process that\n" +
    "keeps them; what was asked over which span stands in the answer.",
  examples: [
    ["conche ask", "the list"],
    ["conche ask 12", "was anything shipped while on hold?"],
    [
      "conche ask 1 --of L26011-line-a --at 2026-01-11T08:41Z",
      "a pack: its ingredient lots, its sister pallets",
    ],
    ["conche ask 8 --from 2026-01-11 --format csv", "reject bins, for a spreadsheet"],
  ],
  arguments: [{ name: "question", help: "its number", optional: true }],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ arguments: words, options, config, terminal }) {
    const format = formatOf(options.format, config.json);
    if (words.question === undefined) {
      terminal.out.write(
        renderListing(
          {
            name: "questions",
            rows: QUESTIONS,
            columns: [
              { title: "no", align: "right", cell: ({ number }) => number },
              { title: "question", flexible: true, cell: ({ text }) => text },
              { title: "about", cell: ({ about }) => about },
            ],
            fields: ({ number, text, about }) => ({ number, text, about }),
          },
          format,
          terminal,
        ),
      );
      return 0;
    }
    const found = QUESTIONS.find(({ number }) => String(number) === words.question);
    if (found === undefined) throw usage(`there is no question ${words.question}`, "conche ask lists them");
    if (found.about === "subject" && options.of === undefined) {
      throw usage(`question ${found.number} is about something`, "add --of LOT, SSCC, BATCH or pack code");
    }
    const plant = await loadPlant(config.plant);
    using parts = new DisposableStack();
    const views = parts.adopt(new ViewsReader(config.data), (each) => each.close());
    views.refresh();
    const answering = views.editions().filter(({ standing }) => standing === "answering");
    const end = logEnd(config.data);
    sayBehind(Math.max(0, ...answering.map(({ position }) => end - position.id)), terminal);
    const context: ApiContext = {
      ...{ plant, views, nowMs: Date.now(), version: "", notifications: () => undefined, spend() {} },
      ...folderContext(config.data, parts),
      health: notHere,
      quarantineWork: { replay: notHere, correct: notHere, dismiss: notHere },
    };
    const { of, at, to = Date.now() } = options;
    // Curves and alarms have no beginning of time: a month, unless it is said.
    const from = options.from ?? (found.answer === undefined ? to - MONTH_MS : 0);
    const { verdict, rows } = await answerQuestion(found, context, { of, atMs: at, fromMs: from, toMs: to });
    const columns = Object.keys(rows[0] ?? {}).map((title) => ({
      title,
      cell: (row: Readonly<Record<string, unknown>>) => shown(row[title]),
    }));
    const { number, text } = found;
    terminal.out.write(
      renderListing(
        {
          name: "rows",
          rows,
          columns,
          fields: (row) => row,
          beside: { question: number, text, verdict },
          verdict: `${text}\n${verdict}`,
        },
        format,
        terminal,
      ),
    );
    return 0;
  },
});

const MONTH_MS = 30 * 86_400_000;

function notHere(): never {
  throw new TypeError("no question asks that"); // only routes that act or tell of the process do
}

function shown(value: unknown): string | number {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return Number.isInteger(value) ? value : Number(value.toPrecision(6));
  return String(value);
}

function usage(message: string, hint: string): ConcheError {
  return new ConcheError("CONCHE_USAGE", { message, hint });
}
