import { renderListing } from "../adapters/terminal/listing.ts";
import { readMoment } from "../contract/moment.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { QUESTIONS } from "../trace/questions/ask/questions.ts";
import { defineCommand } from "./command.ts";
import { FORMAT_OPTION, formatOf } from "./output-format.ts";
import { withGenealogy } from "./with-genealogy.ts";

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
    "Without a number it lists the questions. Those about lots, holds, tests and changes are answered here; for those about\n" +
    "curves, alarms and weights it says which command does.",
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
  settings: ["data"],
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
              { title: "about", cell: ({ about, by }) => (by === undefined ? about : by) },
            ],
            fields: ({ number, text, about, by = null }) => ({ number, text, about, by }),
          },
          format,
          terminal,
        ),
      );
      return 0;
    }
    const found = QUESTIONS.find(({ number }) => String(number) === words.question);
    if (found === undefined) throw usage(`there is no question ${words.question}`, "conche ask lists them");
    const { answer, by = "nobody" } = found;
    if (answer === undefined) throw usage(`question ${found.number} is answered elsewhere`, `ask ${by}`);
    if (found.about === "subject" && options.of === undefined) {
      throw usage(`question ${found.number} is about something`, "add --of LOT, SSCC, BATCH or pack code");
    }
    return withGenealogy(config.data, (genealogy) => {
      const { of, at, from = 0, to = Date.now() } = options;
      const { verdict, rows } = answer(genealogy, { of, atMs: at, fromMs: from, toMs: to });
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
    });
  },
});

function shown(value: unknown): string | number {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return Number.isInteger(value) ? value : Number(value.toPrecision(6));
  return String(value);
}

function usage(message: string, hint: string): ConcheError {
  return new ConcheError("CONCHE_USAGE", { message, hint });
}
