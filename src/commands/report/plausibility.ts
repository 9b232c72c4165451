import { FlaggedReader } from "../../adapters/sqlite/log/flagged-reader.ts";
import { plausibilityJson, plausibilityText } from "../../adapters/terminal/plausibility-format.ts";
import { IMPLAUSIBLE_FLAGS } from "../../contract/policy.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { suggestion } from "../../errors/nearest-name.ts";
import type { LogReading } from "../../log/log-reading.ts";
import { plausibilityRows } from "../../log/plausibility-report.ts";
import { defineCommand } from "../command.ts";
import { SINCE_HELP, sinceOption, timeOption } from "../log/point-in-time.ts";
import { withLog } from "../with-log.ts";

const OPTIONS = {
  machine: { argument: "NAME", help: "only machines with this in their address" },
  since: {
    argument: "TIME",
    help: `only what was received from this time on: ${SINCE_HELP}`,
    parse: sinceOption("until"),
  },
  until: { argument: "TIME", help: "only what was received before this time", parse: timeOption },
  strict: { help: "exit with 1 when anything doesn't fit" },
} as const;

/** `conche report plausibility` */
export const plausibility = defineCommand({
  name: "plausibility",
  summary: "what machines say that doesn't fit the plant or the clock",
  description:
    "Per machine and flag: how many messages, since when, and the newest one's number in the log. Flags: unknown_machine,\n" +
    "unknown_site, unknown_tag, not_a_number, implausible_value, unknown_product, batch_form, clock_skew,\n" +
    "time_in_future. A flagged message is stored like any other. `conche check` says of one message what doesn't fit.",
  examples: [
    ["conche report plausibility", "everything in the log"],
    [
      "conche report plausibility --since 1d --strict",
      "for a script: exits with 1 when something didn't fit today",
    ],
  ],
  settings: ["data"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { machine, since, until, strict } = options;
    const reading = FlaggedReader.open(config.data);
    try {
      if (machine !== undefined) await withLog(config.data, async (log) => requireHeard(machine, log));
      const counts = reading.flagged(
        IMPLAUSIBLE_FLAGS,
        since ?? Number.MIN_SAFE_INTEGER,
        until ?? Number.MAX_SAFE_INTEGER,
      );
      const rows = plausibilityRows(counts, IMPLAUSIBLE_FLAGS).filter(
        (row) => machine === undefined || row.machine.includes(machine),
      );
      const text = config.json ? plausibilityJson(rows) : plausibilityText(rows, terminal);
      if (text !== "") terminal.out.write(`${text}\n`);
      return strict && rows.length > 0 ? 1 : 0;
    } finally {
      reading.close();
    }
  },
});

/**
 * "Everything fits" must not be said of a machine that was mistyped.
 * @throws ConcheError CONCHE_USAGE for what is in the address of no machine of the log
 */
function requireHeard(text: string, log: LogReading): void {
  const names = (["machine", "step", "line", "site"] as const).flatMap((level) => log.names(level));
  const parts = text.split("/");
  if (parts.every((part) => names.some((name) => name.includes(part)))) return;
  throw new ConcheError("CONCHE_USAGE", {
    message: `no machine of the log has ${text} in its address${suggestion(text, names)}`,
    hint: "`conche report completeness` lists who was heard",
  });
}
