import { tokenFault } from "../../access/access-token.ts";
import { isLoopback } from "../../access/loopback.ts";
import { TokenStore } from "../../adapters/sqlite/tokens/token-store.ts";
import { counted } from "../../adapters/terminal/counts.ts";
import { ERROR_CATALOGUE } from "../../errors/catalogue.ts";
import { type Check, type Finding, fail, ok, warn } from "./finding.ts";

const CHECK = "logins";

/** Who may use dashboard, API and metrics. */
export const checkLogins: Check = async ({ data, http: { host, cert } }) => {
  const tokens = tokensOf(data);
  // What is wrong with the folder is said where it is looked at.
  if (tokens === undefined) return [];
  const now = Date.now();
  const inForce = tokens.filter((token) => tokenFault(token, now) === undefined);
  const have = `whoever has one of ${counted(inForce.length, "token")}`;
  if (isLoopback(host)) {
    return [ok(CHECK, tokens.length > 0 ? have : `everybody on this machine, as no token was made`)];
  }
  if (cert === null && tokens.length === 0) {
    const detail = `HTTP would listen on ${host} without a token and without a certificate`;
    return [fail(CHECK, detail, ERROR_CATALOGUE.CONCHE_HTTP_UNPROTECTED.hint)];
  }
  const findings: Finding[] = [];
  if (inForce.length === 0) {
    const hint = "make one: conche token create NAME --role admin";
    findings.push(warn(CHECK, "nobody can log in: no token counts", hint));
  }
  if (cert === null) {
    const hint =
      "name a certificate (--http-cert FILE --http-key FILE), or keep it within a network of containers";
    findings.push(warn(CHECK, `HTTP on ${host} is not encrypted`, hint));
  }
  return findings.length > 0 ? findings : [ok(CHECK, have)];
};

function tokensOf(folder: string) {
  const store = new TokenStore(folder);
  try {
    return store.list();
  } catch {
    return undefined;
  } finally {
    store.close();
  }
}
