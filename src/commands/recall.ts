import { printed } from "../adapters/pdf/printed-blocks.ts";
import { csvFile, csvRows, csvShown, isCsv } from "../adapters/terminal/csv.ts";
import { jsonLine } from "../adapters/terminal/json-line.ts";
import { recallText } from "../adapters/terminal/recall-format.ts";
import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { drillOrder, genealogyFindings, shownRecall } from "../api/routes/trace/recall.ts";
import { readMoment } from "../contract/moment.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { Genealogy } from "../trace/questions/genealogy.ts";
import { recall as recallOf, type Suspicion } from "../trace/questions/recall.ts";
import { suspicionOf } from "../trace/questions/suspicion.ts";
import { trackingEvents } from "../trace/questions/tracking-events.ts";
import { requireLevel } from "../views/level.ts";
import { defineCommand } from "./command.ts";
import { requireKnownAddress } from "./known-names.ts";
import { oneOf } from "./option-values.ts";
import { CSV_EXCEL_HELP } from "./output-format.ts";
import { withGenealogy } from "./with-genealogy.ts";

const moment = (text: string) => readMoment(text);
const OPTIONS = {
  at: { argument: "TIME", help: "the time printed beside a pack code", parse: moment },
  machine: {
    argument: "MACHINE",
    help: "what this machine made or packed, as tunis-01/line-a/s5_tempering/temper-01, with --from and --to",
  },
  from: { argument: "TIME", help: "with --machine: from this time on", parse: moment },
  to: { argument: "TIME", help: "with --machine: before this time (default: now)", parse: moment },
  format: {
    argument: "FORMAT",
    help: `table (the default), json, csv: affected goods, fsma204: tracking events for a regulator's spreadsheet, pdf: a report to sign, or ${CSV_EXCEL_HELP}`,
    parse: oneOf(["table", "json", "csv", "csv-excel", "fsma204", "pdf"]),
  },
} as const;

/** `conche recall` */
export const recall = defineCommand({
  name: "recall",
  summary: "what must come back, what be held, what is clear: by lot, pack code, or machine and time",
  description:
    "A recall, or the drill of one: every lot, case and pallet with a possible part of what is suspected, by every path\n" +
    "(silos, tank heels, rework), with customers, stock, mass balance, and how much more would be held without genealogy.\n" +
    "The drill's time stands at its end. Nothing is put on hold: `conche holds put` does that.",
  examples: [
    ["conche recall tunis-01.line-a.whole_milk_powder.20260111T140000", "a supplier's lot"],
    ["conche recall L26011-line-a --at 2026-01-11T08:41Z", "a pack, by its code and time"],
    [
      "conche recall --machine tunis-01/line-a/s8_packaging/packer-03 --from 2026-01-11T03:00Z --to 2026-01-11T04:00Z",
      "what a machine packed in an hour",
    ],
    ["conche recall CM-2026-0007 --format fsma204 > tracking.csv", "the sortable spreadsheet of FSMA 204"],
  ],
  arguments: [
    { name: "lot", help: "lots, SSCCs, batches or pack codes, with commas between", optional: true },
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ arguments: words, options, config, terminal }) {
    const format = options.format ?? (config.json ? "json" : "table");
    const plant = await loadPlant(config.plant);
    const begunMs = performance.now();
    if (options.machine !== undefined) requireKnownAddress(options.machine, config.data, plant);
    return withGenealogy(config.data, terminal, (genealogy, { behind, views }) => {
      if (isCsv(format) || format === "fsma204") requireLevel(behind);
      const found = recallOf(genealogy, asked(genealogy, words.lot ?? "", options));
      const tookMs = performance.now() - begunMs;
      if (format === "json") {
        terminal.out.write(
          `${jsonLine({ ...shownRecall(found), drill: { took_s: tookMs / 1000, log_position: genealogy.reading.position(), behind } })}\n`,
        );
      } else if (isCsv(format)) {
        const { units } = shownRecall(found);
        const head = Object.keys(units[0] ?? { unit: "" });
        const rows = units.map((unit) =>
          Object.values(unit).map((value) => (Array.isArray(value) ? value.join(" ") : value)),
        );
        terminal.out.write(csvShown(csvFile(head, rows, format), terminal.columns));
      } else if (format === "fsma204") {
        const [first, ...rows] = trackingEvents(genealogy, found);
        terminal.out.write(
          csvRows(
            [first, ...rows].flatMap((row, at) =>
              row === undefined
                ? []
                : at === 0
                  ? [Object.keys(row), Object.values(row)]
                  : [Object.values(row)],
            ),
          ),
        );
      } else if (format === "pdf") {
        terminal.out.write(
          printed(
            drillOrder(found, plant.document.name, Date.now(), {
              asked: words.lot ?? options.machine ?? "",
              begunMs: undefined,
              endedMs: undefined,
              ...{
                tookMs,
                position: genealogy.reading.position(),
                behind,
                findings: genealogyFindings(views),
              },
            }),
          ),
        );
      } else terminal.out.write(`${recallText(found, { tookMs, behind }, terminal)}\n`);
      return 0;
    });
  },
});

interface AskedOptions {
  readonly at: number | undefined;
  readonly machine: string | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** @throws ConcheError CONCHE_USAGE, and as `suspicionOf` */
function asked(genealogy: Genealogy, list: string, { at, machine, from, to }: AskedOptions): Suspicion {
  if (machine !== undefined && from === undefined) throw usage("--machine is asked for together with --from");
  const made = machine === undefined ? undefined : { machine, fromMs: from ?? 0, toMs: to ?? Date.now() };
  const found = suspicionOf(genealogy, { list, atMs: at, made });
  if (found === undefined) throw usage("nothing is suspected");
  return found;
}

function usage(message: string): ConcheError {
  return new ConcheError("CONCHE_USAGE", {
    message,
    hint: "name lots, pallets, batches or pack codes, or a machine with --from and --to",
  });
}
