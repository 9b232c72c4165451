import { verifyLog } from "../adapters/sqlite/verify-log.ts";
import { progressLine } from "../adapters/terminal/progress-line.ts";
import { contradictions, verifyJson, verifyText } from "../adapters/terminal/verify-format.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { VerifyProgress } from "../ingest/verify-report.ts";
import { defineCommand } from "./command.ts";

/** `conche verify` */
export const verify = defineCommand({
  name: "verify",
  summary: "recompute from the log whether every message is accounted for",
  description:
    "Reads the whole log and recomputes: received = stored + duplicates + quarantined, and for every publisher\n" +
    "highest number = stored + quarantined + missing; that the rows are the ones that were committed; that the\n" +
    "database is undamaged. Numbers that never arrived are listed, and are no contradiction. Exits with 1 when\n" +
    "something contradicts. Works beside a running data center, and on a backup.",
  examples: [
    ["conche verify", "the log in ./data"],
    ["conche verify --data /backup/2026-01-11", "a backup"],
    ["conche verify --json | jq '.publishers[] | select(.missing > 0)'", "who misses what"],
  ],
  settings: ["data"],
  options: { all: { help: "list complete publishers too" } },
  async run({ options, config, terminal }) {
    const tell = progressLine(terminal, config.json);
    const onProgress =
      tell && ((progress: VerifyProgress) => tell(progress.phase, progress.done, progress.total));
    const report = verifyLog(config.data, { onProgress });
    terminal.out.write(`${config.json ? verifyJson(report) : verifyText(report, options.all, terminal)}\n`);
    if (!report.ok) {
      throw new ConcheError("CONCHE_VERIFY_FAILED", {
        message: `the log in ${config.data} does not add up: ${contradictions(report)}, listed above`,
      });
    }
    return 0;
  },
});
