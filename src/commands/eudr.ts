import { jsonLine } from "../adapters/terminal/json-line.ts";
import { renderListing } from "../adapters/terminal/listing.ts";
import { shareText } from "../adapters/terminal/trace-format.ts";
import { shownDueDiligence } from "../api/routes/trace/due-diligence.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { dueDiligence, plotsOf } from "../trace/questions/due-diligence.ts";
import { defineCommand } from "./command.ts";
import { oneOf } from "./option-values.ts";
import { CSV_EXCEL_HELP } from "./output-format.ts";
import { withGenealogy } from "./with-genealogy.ts";

const OPTIONS = {
  format: {
    argument: "FORMAT",
    help: `table (the default), json, csv, or geojson: the plots; ${CSV_EXCEL_HELP}`,
    parse: oneOf(["table", "json", "csv", "csv-excel", "geojson"]),
  },
} as const;

/** `conche eudr` */
export const eudr = defineCommand({
  name: "eudr",
  summary: "due diligence of the cocoa in a lot, pallet, batch or shipment, with plots as GeoJSON",
  description:
    "Every cocoa lot with a possible part in the goods, with its statements (Regulation (EU) 2023/1115). Exits with 1 when\n" +
    "one has no reference, or when of some lot nobody told what it was made of.",
  examples: [
    ["conche eudr 061912340000012345", "a pallet"],
    ["conche eudr tunis-01.line-a.S20260115T130000", "a shipment, with the references that went with it"],
    ["conche eudr B20260111-DA-0042 --format geojson > plots.geojson", "where its cocoa grew"],
  ],
  arguments: [{ name: "goods", help: "a lot, SSCC, case, batch, pack code or shipment" }],
  settings: ["data"],
  options: OPTIONS,
  run({ arguments: words, options, config, terminal }) {
    const format = options.format ?? (config.json ? "json" : "table");
    return withGenealogy(config.data, terminal, (genealogy) => {
      const id = words.goods ?? "";
      const found = dueDiligence(genealogy, id);
      if (found === undefined) {
        throw new ConcheError("CONCHE_NOT_FOUND", { message: `nobody has heard of ${id}` });
      }
      const { lots, uncovered, references, passedOn, unknownOrigin } = found;
      if (format === "geojson") terminal.out.write(`${jsonLine(plotsOf(found.lots))}\n`);
      else if (format === "json") terminal.out.write(`${jsonLine(shownDueDiligence(found))}\n`);
      else {
        const missing = passedOn === null ? [] : references.filter((each) => !passedOn.includes(each));
        const verdict = [
          `${lots.length} cocoa lots, ${references.length} references, ${uncovered.length} lots without one.`,
          ...(missing.length === 0 ? [] : [`Not passed on with the shipment: ${missing.join(", ")}.`]),
          ...(unknownOrigin.length === 0
            ? []
            : [
                `Of ${unknownOrigin.length} lots nobody told what they were made of: ${unknownOrigin.slice(0, 3).join(", ")}${unknownOrigin.length > 3 ? " …" : ""}.`,
              ]),
        ].join("\n");
        terminal.out.write(
          renderListing(
            {
              name: "lots",
              rows: lots,
              verdict,
              columns: [
                { title: "cocoa lot", flexible: true, cell: ({ lot }) => lot },
                { title: "what", cell: ({ material }) => material },
                { title: "from", cell: ({ country }) => country ?? "" },
                { title: "supplier", cell: ({ supplier }) => supplier },
                { title: "share", align: "right", cell: ({ share }) => shareText(share) },
                {
                  title: "references",
                  cell: ({ statements }) => statements.map(({ reference }) => reference).join(" "),
                },
              ],
              fields: (lot) => {
                const [shown] = shownDueDiligence({ ...found, lots: [lot] }).lots;
                return { ...shown, references: (shown?.references ?? []).join(" ") };
              },
            },
            format,
            terminal,
          ),
        );
      }
      return uncovered.length === 0 && unknownOrigin.length === 0 ? 0 : 1;
    });
  },
});
