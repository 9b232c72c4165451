import { AUDIT_KINDS } from "../../access/audit.ts";
import { AuditReader } from "../../adapters/sqlite/audit/audit-reader.ts";
import { auditJson, auditTable } from "../../adapters/terminal/audit-format.ts";
import { defineCommand } from "../command.ts";
import { SINCE_HELP, sinceOption, timeOption } from "../log/point-in-time.ts";
import { oneOf, wholeNumber } from "../option-values.ts";

const DEFAULT_LIMIT = 50;

const OPTIONS = {
  kind: { argument: "KIND", help: `only this kind: ${AUDIT_KINDS.join(", ")}`, parse: oneOf(AUDIT_KINDS) },
  subject: { argument: "WHO", help: "only this identity or person" },
  since: { argument: "TIME", help: `from this time on: ${SINCE_HELP}`, parse: sinceOption("until") },
  until: { argument: "TIME", help: "before this time", parse: timeOption },
  limit: {
    argument: "N",
    help: `the newest so many (default: ${DEFAULT_LIMIT})`,
    parse: wholeNumber(1, 1_000_000),
  },
} as const;

/** `conche audit list` */
export const list = defineCommand({
  name: "list",
  summary: "who was refused what, and what was decided",
  description:
    "Shows the newest entries, oldest first. Events of the same kind and origin within a minute are one entry, with how\n" +
    "often. Of a refused connection the identity is the one that it claimed.",
  examples: [
    ["conche audit list", "the newest"],
    ["conche audit list --kind publish-refused --since 1d", "who tried to speak as another"],
    ["conche audit list --json", "as JSON Lines"],
  ],
  settings: ["data"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { kind, subject, since, until, limit = DEFAULT_LIMIT } = options;
    const reader = AuditReader.open(config.data);
    const entries = reader?.list({ kind, subject, sinceMs: since, untilMs: until, limit }) ?? [];
    reader?.close();
    if (config.json) for (const entry of entries) terminal.out.write(`${auditJson(entry)}\n`);
    else
      terminal.out.write(
        entries.length === 0 ? "nothing of that was audited\n" : `${auditTable(entries, terminal)}\n`,
      );
    return 0;
  },
});
