import { LogReader } from "../adapters/sqlite/log/log-reader.ts";
import { ViewsReader } from "../adapters/sqlite/views/views-reader.ts";
import { grouped } from "../adapters/terminal/counts.ts";
import { csvRecords, csvShown, isCsv } from "../adapters/terminal/csv.ts";
import { jsonLine } from "../adapters/terminal/json-line.ts";
import { renderTable } from "../adapters/terminal/table.ts";
import { defineCommand } from "./command.ts";
import { FORMAT_OPTION, formatOf } from "./output-format.ts";

const COLUMNS = [
  { title: "view" },
  { title: "version", minor: true, align: "right" },
  { title: "standing" },
  { title: "position", align: "right" },
  { title: "behind", align: "right" },
  { title: "newest", minor: true, flexible: true },
  { title: "rows", minor: true, align: "right" },
  { title: "size", minor: true, align: "right" },
  { title: "findings", align: "right" },
] as const;
const KIB = 1024;

/** `conche views` */
export const views = defineCommand({
  name: "views",
  summary: "what is derived from the log, and how far each view has come",
  description:
    "Lists the views of a data folder: name and version, the last message that is in it and how many the log has beyond,\n" +
    "its rows, its size on disk, and its findings: what it could not use. Reads beside whoever keeps them.",
  examples: [
    ["conche views", "of ./data"],
    ["conche views --data ./week --json", "for a script"],
    ["conche views --format csv > views.csv", "for a spreadsheet"],
  ],
  settings: ["data"],
  options: { format: FORMAT_OPTION },
  async run({ options, config, terminal }) {
    const format = formatOf(options.format, config.json);
    const log = LogReader.open(config.data);
    const reader = new ViewsReader(config.data);
    try {
      const end = log.end().id;
      reader.refresh();
      const found = reader.editions().map((edition) => ({
        name: edition.name,
        version: edition.version,
        standing: edition.standing,
        position: edition.position.id,
        behind: Math.max(0, end - edition.position.id),
        newest: edition.newestReceivedMs === 0 ? null : new Date(edition.newestReceivedMs).toISOString(),
        ...reader.size(edition),
      }));
      if (isCsv(format)) terminal.out.write(csvShown(csvRecords(found, format), terminal.columns));
      else if (format === "json") for (const each of found) terminal.out.write(`${jsonLine(each)}\n`);
      else if (found.length === 0) {
        terminal.out.write(
          "there are no views yet: `conche rebuild` makes them, and so does whatever keeps them (up, datacenter, serve)\n",
        );
      } else {
        const rows = found.map((each) => [
          each.name,
          each.version,
          each.standing,
          grouped(each.position),
          each.behind === 0 ? "0" : { text: grouped(each.behind), style: "yellow" as const },
          each.newest ?? "",
          grouped(each.rows),
          sizeText(each.bytes),
          each.findings === 0 ? "0" : { text: grouped(each.findings), style: "yellow" as const },
        ]);
        terminal.out.write(`${renderTable(COLUMNS, rows, terminal)}\n`);
      }
      return 0;
    } finally {
      reader.close();
      log.close();
    }
  },
});

function sizeText(bytes: number): string {
  return bytes < KIB * KIB ? `${Math.ceil(bytes / KIB)} KiB` : `${(bytes / KIB / KIB).toFixed(1)} MiB`;
}
