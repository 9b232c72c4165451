import { openMessageLog } from "../../adapters/sqlite/log/open-message-log.ts";
import { grouped } from "../../adapters/terminal/counts.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { sanitizeLine } from "../../adapters/terminal/sanitize.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { QuarantineReplay, type ReplayOutcome } from "../../ingest/quarantine-replay.ts";
import type { QuarantinedMessage } from "../../log/quarantine-reading.ts";
import { plausibilityOf } from "../../plant/plausibility.ts";
import { auditDecision } from "../../run/audit/audit-decision.ts";
import { whereItIsDone } from "../../run/views/quarantine-work.ts";
import { defineCommand } from "../command.ts";
import { wholeNumber } from "../option-values.ts";
import { withQuarantine } from "../with-log.ts";
import { FILTER_OPTIONS, filterOf, requireMachine, whichInWords } from "./quarantine-options.ts";

/** Messages put through in one transaction. */
const GROUP = 500;

const OPTIONS = {
  id: { argument: "N", help: "only this message", parse: wholeNumber(1, Number.MAX_SAFE_INTEGER) },
  ...FILTER_OPTIONS,
} as const;

/** `conche quarantine replay` */
export const replay = defineCommand({
  name: "replay",
  summary: "put quarantined messages through again, after a schema or the plant was corrected",
  description:
    "Decodes quarantined messages again with today's contract and plant. What passes now is stored and marked as\n" +
    "replayed, in one transaction; what doesn't stays. Dismissed ones only with --id. A data center\n" +
    "that runs on the folder does it itself, from its dashboard or API; this command needs it stopped.",
  examples: [
    ["conche quarantine replay", "everything that is open"],
    [
      "conche quarantine replay --reason schema --machine temper-01",
      "of one machine, after its schema was corrected",
    ],
    ["conche quarantine replay --id 17", "one message"],
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { id } = options;
    const plant = await loadPlant(config.plant);
    await requireMachine(options, config);
    const log = await openMessageLog(config.data).catch((error: unknown) => {
      throw whereItIsDone(error);
    });
    try {
      const replaying = new QuarantineReplay(log, plant.hasMachine, plausibilityOf(plant));
      const counts = { stored: 0, duplicate: 0, refused: 0 };
      const show = (outcome: ReplayOutcome) => {
        counts[outcome.kind]++;
        if (config.json) terminal.out.write(`${jsonLine({ ...outcome })}\n`);
        else if (outcome.kind === "refused")
          terminal.out.write(`${outcome.id}: still refused: ${sanitizeLine(outcome.detail)}\n`);
      };
      for (let afterId: number | undefined = 0; afterId !== undefined; ) {
        const group: QuarantinedMessage[] = await withQuarantine(config.data, async (quarantine) => {
          if (id !== undefined) return [quarantine.get(id)];
          const found = [...quarantine.list({ ...filterOf(options), afterId, limit: GROUP })];
          return found.map((summary) => quarantine.get(summary.id));
        });
        for (const outcome of await replaying.replay(group)) show(outcome);
        afterId = id === undefined ? group.at(-1)?.id : undefined;
      }
      auditDecision(config.data, {
        kind: "quarantine-replayed",
        object: id === undefined ? whichInWords(options) : `message ${id}`,
        detail: `${counts.stored} stored, ${counts.duplicate} duplicates, ${counts.refused} still refused`,
      });
      if (!config.json) {
        const { stored, duplicate, refused } = counts;
        terminal.out.write(
          `${grouped(stored)} stored, ${grouped(duplicate)} were duplicates, ${grouped(refused)} still refused\n`,
        );
      }
      return counts.refused === 0 ? 0 : 1;
    } finally {
      await log.close();
    }
  },
});
