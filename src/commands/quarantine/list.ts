import { grouped } from "../../adapters/terminal/counts.ts";
import { quarantineJson, quarantineTable } from "../../adapters/terminal/quarantine-format.ts";
import { QUARANTINE_REASONS, type QuarantineReason } from "../../log/quarantine-reason.ts";
import { defineCommand } from "../command.ts";
import { TIME_HELP, timeOption } from "../log/point-in-time.ts";
import { oneOf, wholeNumber } from "../option-values.ts";
import { withQuarantine } from "./with-quarantine.ts";

const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 100_000;
const REASONS = Object.keys(QUARANTINE_REASONS) as QuarantineReason[];

const OPTIONS = {
  reason: { argument: "REASON", help: "only this reason", parse: oneOf(REASONS) },
  machine: { argument: "MACHINE", help: "only this machine: its name, or <site>/<line>/<step>/<machine>" },
  since: {
    argument: "TIME",
    help: `received from this time on: ${TIME_HELP}`,
    parse: timeOption,
  },
  state: {
    argument: "STATE",
    help: "open (not replayed and to be looked at, the default), replayed or all",
    parse: oneOf(["open", "replayed", "all"]),
  },
  limit: {
    argument: "N",
    help: `at most so many (default: ${DEFAULT_LIMIT})`,
    parse: wholeNumber(1, HIGHEST_LIMIT),
  },
} as const;

/** `conche quarantine list` */
export const list = defineCommand({
  name: "list",
  summary: "show what is in quarantine, and why",
  description: `Shows quarantined messages, oldest first. Reasons:\n${REASONS.map((reason) => `  ${reason.padEnd(10)} ${QUARANTINE_REASONS[reason]}`).join("\n")}`,
  examples: [
    ["conche quarantine list", "what is open"],
    ["conche quarantine list --reason schema --machine temper-01", "what a machine gets wrong"],
    ["conche quarantine list --state all --json", "everything as JSON Lines"],
  ],
  settings: ["data"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { reason, machine, since: sinceMs, state, limit = DEFAULT_LIMIT } = options;
    return withQuarantine(config.data, async (quarantine) => {
      // One more than wanted shows whether there are more.
      const found = [...quarantine.list({ reason, machine, sinceMs, state, limit: limit + 1 })];
      const shown = found.slice(0, limit);
      if (config.json) for (const message of shown) terminal.out.write(`${quarantineJson(message)}\n`);
      else {
        terminal.out.write(
          shown.length === 0 ? "nothing of that in quarantine\n" : `${quarantineTable(shown, terminal)}\n`,
        );
        const open = [...quarantine.openByReason()].map(([name, count]) => `${grouped(count)} ${name}`);
        if (open.length > 0) terminal.out.write(`\nopen: ${open.join(", ")}\n`);
      }
      if (found.length > limit) terminal.err.write(`${limit} shown, there are more: --limit N\n`);
      return 0;
    });
  },
});
