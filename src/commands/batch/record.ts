import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { batchRecordPage } from "../../adapters/html/batch-record-page.ts";
import { printed } from "../../adapters/pdf/printed-blocks.ts";
import { LogReader } from "../../adapters/sqlite/log/log-reader.ts";
import { ViewsReader } from "../../adapters/sqlite/views/views-reader.ts";
import { batchRecordText } from "../../adapters/terminal/batch-record-format.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { recordOf } from "../../api/batch-record.ts";
import { recordOrder } from "../../api/routes/trace/record.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { defineCommand } from "../command.ts";
import { oneOf, place } from "../option-values.ts";

const OPTIONS = {
  format: {
    argument: "FORMAT",
    help: "text (the default), pdf, html (prints on A4) or json",
    parse: oneOf(["text", "pdf", "html", "json"]),
  },
  output: { argument: "FILE", help: "write it there instead of to the terminal", parse: place },
} as const;

/** `conche batch record` */
export const record = defineCommand({
  name: "record",
  summary: "the record of a batch: exceptions first, evidence, seal",
  description:
    "Everything that the log has about a batch: procedure (ISA-88), ingredients with lots, curves against limits with the\n" +
    "share of the time that was measured, alarms, results, what people did, completeness. Exceptions come first; what can't\n" +
    "be said (version 1, foreign machines) is named. The seal is a hash chain over the messages it was made of.",
  examples: [
    ["conche batch record B20260111-DA-0042", "in the terminal"],
    ["conche batch record B20260111-DA-0042 --format pdf --output record.pdf", "pages to sign"],
  ],
  arguments: [{ name: "batch", help: "the batch, as B20260111-DA-0042" }],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ arguments: words, options, config, terminal }) {
    const batch = words.batch ?? "";
    const plant = await loadPlant(config.plant);
    const log = LogReader.open(config.data);
    const views = new ViewsReader(config.data);
    try {
      views.refresh();
      const sha256 = (text: string) => hash("sha256", text);
      const found = recordOf(batch, { plant, views, log, logEnd: log.end().id, sha256 });
      if (found === undefined) {
        throw new ConcheError("CONCHE_NOT_FOUND", {
          message: `no message of the log names batch ${batch}`,
          hint: "conche log query --type batch lists what batches there are",
        });
      }
      const format = options.format ?? (config.json ? "json" : "text");
      const text =
        format === "html"
          ? batchRecordPage(found)
          : format === "pdf"
            ? printed(recordOrder(found, plant.document.name, Date.now()))
            : format === "json"
              ? `${jsonLine({ ...found })}\n`
              : batchRecordText(found, terminal);
      if (options.output !== undefined) await writeFile(options.output, text);
      else terminal.out.write(text);
      return 0;
    } finally {
      views.close();
      log.close();
    }
  },
});
