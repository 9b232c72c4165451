import { cocoaInGoods, cocoaThatCame } from "../adapters/terminal/cocoa-format.ts";
import { isCsv } from "../adapters/terminal/csv.ts";
import { jsonLine } from "../adapters/terminal/json-line.ts";
import { renderListing } from "../adapters/terminal/listing.ts";
import type { Terminal } from "../adapters/terminal/terminal.ts";
import { shownCocoaLot, shownDueDiligence } from "../api/routes/trace/due-diligence.ts";
import { readMoment } from "../contract/moment.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { cocoaReceived, type DueDiligence, dueDiligence, plotsOf } from "../trace/questions/due-diligence.ts";
import type { Genealogy } from "../trace/questions/genealogy.ts";
import { requireLevel } from "../views/level.ts";
import { defineCommand } from "./command.ts";
import { oneOf } from "./option-values.ts";
import { CSV_EXCEL_HELP } from "./output-format.ts";
import { withGenealogy } from "./with-genealogy.ts";

const FORMATS = ["table", "json", "csv", "csv-excel", "geojson"] as const;
type Format = (typeof FORMATS)[number];

const OPTIONS = {
  missing: { help: "without goods: only the lots without any reference" },
  from: {
    argument: "TIME",
    help: "without goods: lots received from this time on",
    parse: (text: string) => readMoment(text),
  },
  to: {
    argument: "TIME",
    help: "without goods: lots received before this time",
    parse: (text: string) => readMoment(text),
  },
  format: {
    argument: "FORMAT",
    help: `table (the default), json, csv, or geojson: the plots; ${CSV_EXCEL_HELP}`,
    parse: oneOf(FORMATS),
  },
} as const;

/** `conche eudr` */
export const eudr = defineCommand({
  name: "eudr",
  summary: "due diligence of the cocoa in goods, or of all that came in, with plots as GeoJSON",
  description:
    "Every cocoa lot with a possible part in the goods, with its statements (Regulation (EU) 2023/1115); without goods the\n" +
    "cocoa lots that were received. Exits with 1 when one has no reference, or when of some lot in the goods nobody told what\n" +
    "it was made of.",
  examples: [
    ["conche eudr 061912340000012345", "a pallet"],
    ["conche eudr tunis-01.line-a.S20260115T130000", "a shipment, with the references that went with it"],
    ["conche eudr B20260111-DA-0042 --format geojson > plots.geojson", "where its cocoa grew"],
    ["conche eudr --missing", "the cocoa lots without a reference"],
  ],
  arguments: [{ name: "goods", help: "a lot, SSCC, case, batch, pack code or shipment", optional: true }],
  settings: ["data"],
  options: OPTIONS,
  run({ arguments: words, options, config, terminal }) {
    const { missing, from, to } = options;
    const format = options.format ?? (config.json ? "json" : "table");
    if (words.goods !== undefined && (missing || from !== undefined || to !== undefined)) {
      throw new ConcheError("CONCHE_USAGE", {
        message:
          "--missing, --from and --to choose among the lots that came in: no goods are named with them",
        hint: "leave the goods out, or the options",
      });
    }
    return withGenealogy(config.data, terminal, (genealogy, { behind }) => {
      if (isCsv(format) || format === "geojson") requireLevel(behind);
      return words.goods === undefined
        ? listReceived(genealogy, { missing, fromMs: from, toMs: to }, format, terminal)
        : listGoods(genealogy, words.goods, format, terminal);
    });
  },
});

function listReceived(
  genealogy: Genealogy,
  {
    missing,
    fromMs = 0,
    toMs = Number.MAX_SAFE_INTEGER,
  }: { readonly missing: boolean; readonly fromMs: number | undefined; readonly toMs: number | undefined },
  format: Format,
  terminal: Terminal,
): number {
  const all = cocoaReceived(genealogy, { fromMs, toMs });
  const without = all.filter(({ statements }) => statements.length === 0);
  const lots = missing ? without : all;
  const verdict = `${all.length} cocoa lots were received, ${without.length} of them without a reference.`;
  const fields = (lot: (typeof lots)[number]) => {
    const { references, ...shown } = shownCocoaLot(lot);
    return { ...shown, references: references.join(" ") };
  };
  terminal.out.write(
    format === "geojson"
      ? `${jsonLine(plotsOf(lots))}\n`
      : format === "json"
        ? `${jsonLine({ lots: lots.map(shownCocoaLot), all: all.length, without_reference: without.length })}\n`
        : renderListing(cocoaThatCame(lots, verdict, fields), format, terminal),
  );
  return without.length === 0 ? 0 : 1;
}

function listGoods(genealogy: Genealogy, goods: string, format: Format, terminal: Terminal): number {
  const found = dueDiligence(genealogy, goods);
  if (found === undefined) {
    throw new ConcheError("CONCHE_NOT_FOUND", { message: `nobody has heard of ${goods}` });
  }
  const fields = (lot: (typeof found.lots)[number]) => {
    const [shown] = shownDueDiligence({ ...found, lots: [lot] }).lots;
    return { ...shown, references: (shown?.references ?? []).join(" ") };
  };
  terminal.out.write(
    format === "geojson"
      ? `${jsonLine(plotsOf(found.lots))}\n`
      : format === "json"
        ? `${jsonLine(shownDueDiligence(found))}\n`
        : renderListing(cocoaInGoods(found.lots, verdictOf(found), fields), format, terminal),
  );
  return found.uncovered.length === 0 && found.unknownOrigin.length === 0 ? 0 : 1;
}

function verdictOf({ lots, uncovered, references, passedOn, unknownOrigin }: DueDiligence): string {
  const missing = passedOn === null ? [] : references.filter((each) => !passedOn.includes(each));
  return [
    `${lots.length} cocoa lots, ${references.length} references, ${uncovered.length} lots without one.`,
    ...(missing.length === 0 ? [] : [`Not passed on with the shipment: ${missing.join(", ")}.`]),
    ...(unknownOrigin.length === 0
      ? []
      : [
          `Of ${unknownOrigin.length} lots nobody told what they were made of: ${unknownOrigin.slice(0, 3).join(", ")}${unknownOrigin.length > 3 ? " …" : ""}.`,
        ]),
  ].join("\n");
}
