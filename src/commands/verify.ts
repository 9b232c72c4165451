import { verifyLog } from "../adapters/sqlite/verify-log.ts";
import type { Terminal } from "../adapters/terminal/terminal.ts";
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
    const report = verifyLog(config.data, { onProgress: progressOn(terminal, config.json) });
    terminal.out.write(`${config.json ? verifyJson(report) : verifyText(report, options.all, terminal)}\n`);
    if (!report.ok) {
      throw new ConcheError("CONCHE_VERIFY_FAILED", {
        message: `the log in ${config.data} does not add up: ${contradictions(report)}, listed above`,
      });
    }
    return 0;
  },
});

/** A line that is written over while a person waits; nothing for files and programs. */
function progressOn(
  { columns, err }: Terminal,
  json: boolean,
): ((progress: VerifyProgress) => void) | undefined {
  if (columns === null || json) return undefined;
  return ({ phase, done, total }) => {
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    err.write(`\r\u001b[2Kverifying ${phase}: ${percent} %${done >= total ? "\r\u001b[2K" : ""}`);
  };
}
