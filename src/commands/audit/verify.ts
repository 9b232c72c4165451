import { AuditReader, type AuditVerification } from "../../adapters/sqlite/audit/audit-reader.ts";
import { grouped } from "../../adapters/terminal/counts.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { defineCommand } from "../command.ts";
import { matching } from "../option-values.ts";

const NOTHING: AuditVerification = { entries: 0, pruned: 0, head: null, broken: null, headFound: undefined };

/** `conche audit verify` */
export const verify = defineCommand({
  name: "verify",
  summary: "compute the chain of hashes again: was an entry changed or taken out?",
  description:
    "Prints the newest hash, the head. Whoever can write the file could write a chain of their own, or cut off its end:\n" +
    "note the head elsewhere from time to time, and ask with --head whether it is still part of the chain.",
  examples: [
    ["conche audit verify", "is the chain whole?"],
    ["conche audit verify --head HASH", "and does it still hold what was there then?"],
  ],
  settings: ["data"],
  options: {
    head: {
      argument: "HASH",
      help: "a head that was noted before",
      parse: matching(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
    },
  },
  async run({ options, config, terminal }) {
    const reader = AuditReader.open(config.data);
    const found = reader?.verify(options.head) ?? {
      ...NOTHING,
      headFound: options.head === undefined ? undefined : false,
    };
    reader?.close();
    const { entries, pruned, head, broken, headFound } = found;
    if (config.json) terminal.out.write(`${jsonLine({ ...found })}\n`);
    else {
      const gone = pruned === 0 ? "" : `, after ${grouped(pruned)} that have gone at the bound`;
      terminal.out.write(
        `${grouped(entries)} entr${entries === 1 ? "y" : "ies"}${gone}; head ${head ?? "none"}\n`,
      );
    }
    if (broken !== null) throw failed(`entry ${broken.id} of ${config.data}: ${broken.why}`);
    if (headFound === false) throw failed(`the head ${options.head} is not in the chain of ${config.data}`);
    return 0;
  },
});

function failed(message: string): ConcheError {
  return new ConcheError("CONCHE_AUDIT_BROKEN", { message });
}
