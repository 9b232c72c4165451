import { grouped } from "../../adapters/terminal/counts.ts";
import { quarantineJson, quarantineTable } from "../../adapters/terminal/quarantine-format.ts";
import { QUARANTINE_REASONS, QUARANTINE_STATES } from "../../log/quarantine-reason.ts";
import { defineCommand } from "../command.ts";
import { oneOf, wholeNumber } from "../option-values.ts";
import { withQuarantine } from "../with-log.ts";
import { FILTER_OPTIONS, filterOf, REASONS, requireMachine } from "./quarantine-options.ts";

const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 100_000;

const OPTIONS = {
  ...FILTER_OPTIONS,
  state: {
    argument: "STATE",
    help: "open (to be looked at, the default), replayed, corrected, dismissed or all",
    parse: oneOf([...QUARANTINE_STATES, "all"]),
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
    ["conche quarantine list --text /tags/temp_c --since 1h", "a fault that many have in common"],
    ["conche quarantine list --state all --json", "everything as JSON Lines"],
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { state, limit = DEFAULT_LIMIT } = options;
    await requireMachine(options, config);
    return withQuarantine(config.data, async (quarantine) => {
      // One more than wanted shows whether there are more.
      const found = [...quarantine.list({ ...filterOf(options), state, limit: limit + 1 })];
      const shown = found.slice(0, limit);
      if (config.json) for (const message of shown) terminal.out.write(`${quarantineJson(message)}\n`);
      else {
        terminal.out.write(
          shown.length === 0 ? "nothing of that in quarantine\n" : `${quarantineTable(shown, terminal)}\n`,
        );
        const open = [...quarantine.openByReason()].map(([name, count]) => `${grouped(count)} ${name}`);
        const { replayed, corrected, dismissed } = quarantine.countByState();
        const settled = Object.entries({ replayed, corrected, dismissed }).filter(([, count]) => count > 0);
        const done = settled.map(([name, count]) => `${name}: ${grouped(count)}`);
        const counts = [...(open.length > 0 ? [`open: ${open.join(", ")}`] : []), ...done];
        if (counts.length > 0) terminal.out.write(`\n${counts.join("; ")}\n`);
      }
      if (found.length > limit) terminal.err.write(`${limit} shown, there are more: --limit N\n`);
      return 0;
    });
  },
});
