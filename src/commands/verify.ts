import { resolve } from "node:path";
import { verifyLog } from "../adapters/sqlite/verify/verify-log.ts";
import { verifyOutbox } from "../adapters/sqlite/verify/verify-outbox.ts";
import { outboxContradictions, outboxJson, outboxText } from "../adapters/terminal/outbox-format.ts";
import { progressLine } from "../adapters/terminal/progress-line.ts";
import type { Terminal } from "../adapters/terminal/terminal.ts";
import { contradictions, verifyJson, verifyText } from "../adapters/terminal/verify-format.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { VerifyProgress } from "../log/verify-report.ts";
import { defineCommand } from "./command.ts";
import { place } from "./option-values.ts";

/** `conche verify` */
export const verify = defineCommand({
  name: "verify",
  summary: "recompute from a log, or an outbox, whether every message is accounted for",
  description:
    "Reads the whole log and recomputes: received = stored + duplicates + quarantined, and for every publisher\n" +
    "highest number = stored + quarantined + missing; that the rows are the ones that were committed; that the\n" +
    "database is undamaged. Numbers that never arrived are listed, and are no contradiction. Exits with 1 when\n" +
    "something contradicts. Works beside a running data center, and on a backup.\n\n" +
    "With --outbox, the same for the other end: the outbox of an edge, a bridge or a program with the publisher\n" +
    "library, while it runs or after it was killed. For every machine and boot: taken = receipted + dropped + waiting;\n" +
    "what waits, since when, and that it is what was handed over.",
  examples: [
    ["conche verify", "the log in ./data"],
    ["conche verify --data /backup/2026-01-11", "a backup"],
    ["conche verify --json | jq '.publishers[] | select(.missing > 0)'", "who misses what"],
    ["conche verify --outbox ./outbox", "the outbox of an edge or bridge: what waits, and is it whole?"],
  ],
  settings: ["data"],
  options: {
    outbox: { argument: "DIR", help: "verify the outbox in this folder instead of the log", parse: place },
    all: { help: "list complete publishers too" },
  },
  async run({ options, config, terminal }) {
    const tell = progressLine(terminal, config.json);
    const onProgress =
      tell && ((progress: VerifyProgress) => tell(progress.phase, progress.done, progress.total));
    if (options.outbox !== undefined) {
      const format = { json: config.json, all: options.all };
      return outboxVerified(resolve(options.outbox), format, terminal, onProgress);
    }
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

function outboxVerified(
  folder: string,
  { json, all }: { readonly json: boolean; readonly all: boolean },
  terminal: Terminal,
  onProgress: ((progress: VerifyProgress) => void) | undefined,
): number {
  const report = verifyOutbox(folder, { onProgress });
  terminal.out.write(`${json ? outboxJson(report) : outboxText(report, all, terminal)}\n`);
  if (report.ok) return 0;
  throw new ConcheError("CONCHE_OUTBOX_VERIFY_FAILED", {
    message: `the outbox in ${folder} does not add up: ${outboxContradictions(report)}, listed above`,
  });
}
