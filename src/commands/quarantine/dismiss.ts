import { openMessageLog } from "../../adapters/sqlite/log/open-message-log.ts";
import { counted } from "../../adapters/terminal/counts.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { sanitizeLine } from "../../adapters/terminal/sanitize.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { decidedBefore } from "../../log/decided-before.ts";
import { auditDecision } from "../../run/audit/audit-decision.ts";
import { whereItIsDone } from "../../run/views/quarantine-work.ts";
import { defineCommand } from "../command.ts";
import { wholeNumber } from "../option-values.ts";
import { withQuarantine } from "../with-log.ts";
import {
  DECISION_OPTIONS,
  FILTER_OPTIONS,
  filterOf,
  narrowed,
  requireMachine,
  whichInWords,
  whoAndWhy,
} from "./quarantine-options.ts";

/** Messages decided about in one transaction. */
const GROUP = 1_000;

const OPTIONS = {
  id: { argument: "N", help: "only this message", parse: wholeNumber(1, Number.MAX_SAFE_INTEGER) },
  ...FILTER_OPTIONS,
  all: { help: "everything that is open" },
  ...DECISION_OPTIONS,
} as const;

/** `conche quarantine dismiss` */
export const dismiss = defineCommand({
  name: "dismiss",
  summary: "mark quarantined messages as looked at, with a reason: they stay, and are open no more",
  description:
    "Nothing is deleted: every byte stays, and a dismissed message can still be shown, replayed or corrected. It stops\n" +
    "counting as open. A data center that runs on the folder does it itself, from its dashboard or API; this command\n" +
    "needs it stopped.",
  examples: [
    ['conche quarantine dismiss --id 17 --by "Amel" --why "a test of the fitter"', "one message"],
    [
      'conche quarantine dismiss --machine temper-01 --until 2026-01-11T06:00:00Z --by "Amel" --why "wrong firmware"',
      "everything that a machine sent before it was repaired",
    ],
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { id, all } = options;
    if (id === undefined && !all && !narrowed(options)) {
      throw new ConcheError("CONCHE_USAGE", {
        message: "which messages are to be dismissed?",
        hint: "name one with --id, some with --reason, --machine, --since, --until or --text, or say --all",
      });
    }
    const decision = whoAndWhy(options);
    await requireMachine(options, config);
    const ids = await withQuarantine(config.data, async (quarantine) => {
      if (id !== undefined) return [quarantine.get(id).id];
      return Array.from(quarantine.list(filterOf(options)), (message) => message.id);
    });
    let dismissed = 0;
    const log = await openMessageLog(config.data).catch((error: unknown) => {
      throw whereItIsDone(error);
    });
    try {
      for (let at = 0; at < ids.length; at += GROUP) {
        dismissed += await log.dismiss(ids.slice(at, at + GROUP), decision);
      }
    } finally {
      await log.close();
    }
    auditDecision(config.data, {
      kind: "quarantine-dismissed",
      by: decision.by,
      object: id === undefined ? whichInWords(options) : `message ${id}`,
      detail: `${dismissed} dismissed: ${decision.why}`,
    });
    const text = `${counted(dismissed, "message")} dismissed`;
    terminal.out.write(config.json ? `${jsonLine({ dismissed, ...decision })}\n` : `${text}\n`);
    if (id === undefined || dismissed > 0) return 0;
    const standing = await withQuarantine(config.data, async (quarantine) => quarantine.get(id));
    terminal.err.write(`conche: ${sanitizeLine(decidedBefore(standing))}\n`);
    return 1;
  },
});
