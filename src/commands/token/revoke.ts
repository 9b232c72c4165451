import { TokenStore } from "../../adapters/sqlite/tokens/token-store.ts";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { sanitizeLine } from "../../adapters/terminal/sanitize.ts";
import { auditDecision } from "../../run/audit/audit-decision.ts";
import { defineCommand } from "../command.ts";

/** `conche token revoke NAME` */
export const revoke = defineCommand({
  name: "revoke",
  summary: "end a token, and every login that was begun with it, at once",
  description:
    "The token counts for no request any more, open pages of its logins lose their stream within a second; nothing is\n" +
    "restarted. The name is free again.",
  examples: [['conche token revoke "Amel Trabelsi"', "for example because she has left"]],
  arguments: [{ name: "name", help: "as `conche token list` shows it" }],
  settings: ["data"],
  async run({ arguments: { name = "" }, config, terminal }) {
    const store = new TokenStore(config.data);
    try {
      const { role } = store.revoke(name, Date.now());
      auditDecision(config.data, { kind: "token-revoked", object: name, detail: `it was ${role}` });
      terminal.out.write(
        config.json
          ? `${jsonLine({ revoked: name, role })}\n`
          : `${sanitizeLine(name)} may use dashboard and API no longer\n`,
      );
      return 0;
    } finally {
      store.close();
    }
  },
});
