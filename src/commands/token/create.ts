import { DESK_ROLES } from "../../access/access-document.ts";
import { TokenStore } from "../../adapters/sqlite/tokens/token-store.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { auditDecision } from "../../run/audit/audit-decision.ts";
import { defineCommand } from "../command.ts";
import { duration, oneOf } from "../option-values.ts";

const ROLES = DESK_ROLES.join(", ");
const OPTIONS = {
  role: { argument: "ROLE", help: `what it may: ${ROLES}`, parse: oneOf(DESK_ROLES) },
  expires: {
    argument: "SPAN",
    help: "how long it counts, as 12h or 90d (default: until it is revoked)",
    parse: duration("1m", "3650d"),
  },
} as const;

/** `conche token create` */
export const create = defineCommand({
  name: "create",
  summary: "make a token: it is shown once",
  description:
    "Makes a token of 256 random bits and prints it. It is kept nowhere: the data folder has its SHA-256 alone. Only the\n" +
    "token goes to standard output, so that it can be written into a file.",
  examples: [
    ['conche token create "Amel Trabelsi" --role operator', "for a person"],
    ["conche token create prometheus --role viewer --expires 365d", "for a program, for a year"],
  ],
  arguments: [{ name: "name", help: "of the person or program: what they do stands in the log under it" }],
  settings: ["data"],
  options: OPTIONS,
  async run({ arguments: { name = "" }, options: { role, expires }, config, terminal }) {
    if (role === undefined) {
      throw new ConcheError("CONCHE_USAGE", {
        message: `--role is needed: one of ${ROLES}`,
        hint: "viewer reads; operator acknowledges and shelves; quality holds, releases, decides over quarantine; admin may everything",
      });
    }
    const now = Date.now();
    const store = new TokenStore(config.data);
    try {
      const expiresMs = expires === undefined ? undefined : now + expires;
      const { token, secret } = store.create({ name, role, expiresMs }, now);
      const until = expiresMs === undefined ? "until it is revoked" : `until ${iso(expiresMs)}`;
      auditDecision(config.data, { kind: "token-created", object: token.name, detail: `${role}, ${until}` });
      if (config.json) {
        terminal.out.write(
          `${jsonLine({ name, role, expires_at: expiresMs === undefined ? null : iso(expiresMs), token: secret })}\n`,
        );
        return 0;
      }
      terminal.err.write(`${name}: ${role}, ${until}. Shown once, keep it like a password:\n`);
      terminal.out.write(`${secret}\n`);
      return 0;
    } finally {
      store.close();
    }
  },
});

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
