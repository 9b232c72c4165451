import { jsonLine } from "../adapters/terminal/json-line.ts";
import { renderListing } from "../adapters/terminal/listing.ts";
import { traceListing } from "../adapters/terminal/trace-format.ts";
import { shownTrace } from "../api/routes/trace/trace.ts";
import { readMoment } from "../contract/moment.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { genealogySvg } from "../trace/draw/genealogy-svg.ts";
import { drawingOf } from "../trace/draw/layers.ts";
import { stagesOf } from "../trace/draw/stages.ts";
import { requireGoods } from "../trace/questions/find-subject.ts";
import { trace as traceOf } from "../trace/questions/trace.ts";
import { defineCommand } from "./command.ts";
import { oneOf, wholeNumber } from "./option-values.ts";
import { CSV_EXCEL_HELP } from "./output-format.ts";
import { withGenealogy } from "./with-genealogy.ts";

const MOST = 100_000;
const OPTIONS = {
  up: { help: "only what it was made of" },
  down: { help: "only what was made of it" },
  both: { help: "both ways (the default)" },
  depth: { argument: "N", help: "at most so many steps", parse: wholeNumber(1, 1_000) },
  at: {
    argument: "TIME",
    help: "the time printed beside a pack code, as 2026-01-11T08:41Z",
    parse: (text: string) => readMoment(text),
  },
  format: {
    argument: "FORMAT",
    help: `table (the default), json, csv, or svg: the graph as an image; ${CSV_EXCEL_HELP}`,
    parse: oneOf(["table", "json", "csv", "csv-excel", "svg"]),
  },
} as const;

/** `conche trace` */
export const trace = defineCommand({
  name: "trace",
  summary: "what a lot, pallet, batch or pack was made of, and what was made of it",
  description:
    "Follows every path of the genealogy: silos where lots mixed, mixes, conches, tanks with their heels, rework, cases,\n" +
    "pallets. A share is by mass, mixed evenly; whatever is listed may have a part, also at a share of 0. Reads the views\n" +
    "of the data folder, beside the process that keeps them.",
  examples: [
    ["conche trace 061912340000012345 --up", "the ingredient lots of a pallet"],
    ["conche trace B20260111-DA-0042", "a batch, both ways"],
    [
      "conche trace L26011-line-a --at 2026-01-11T08:41Z --up",
      "by the code on a pack and the time beside it",
    ],
    ["conche trace CM-2026-0007 --down --format svg > lot.svg", "the graph as an image"],
  ],
  arguments: [{ name: "subject", help: "a lot, SSCC, case, batch or pack code" }],
  settings: ["data"],
  options: OPTIONS,
  run({ arguments: words, options, config, terminal }) {
    const { up, down, both, depth, at } = options;
    if (Number(up) + Number(down) + Number(both) > 1) {
      throw new ConcheError("CONCHE_USAGE", {
        message: "--up, --down and --both are ways to go: one of them is meant",
        hint: "leave them out to go both ways",
      });
    }
    const format = options.format ?? (config.json ? "json" : "table");
    return withGenealogy(config.data, terminal, (genealogy) => {
      const subject = requireGoods(genealogy, words.subject ?? "", at);
      const direction = up ? "up" : down ? "down" : "both";
      const found = traceOf(genealogy, subject, direction, { depth, most: MOST });
      if (format === "svg") {
        const drawing = drawingOf(found, stagesOf(genealogy, found));
        terminal.out.write(genealogySvg(drawing, subject.id));
      } else if (format === "json") terminal.out.write(`${jsonLine({ subject, ...shownTrace(found) })}\n`);
      else terminal.out.write(renderListing(traceListing(subject, found), format, terminal));
      return 0;
    });
  },
});
