import { tokenFault } from "../access/access-token.ts";
import { TokenStore } from "../adapters/sqlite/tokens/token-store.ts";
import { auditDecision } from "./audit/audit-decision.ts";

/** How the first person logs in on a dashboard that asks everybody. */
export interface FirstLogin {
  /** Behind the dashboard's address: it logs in once. Empty where nobody can be let in so. */
  readonly fragment: string;
  /** What to know about it, in words. */
  readonly said: string;
  /** The token that was made now. */
  readonly token?: string;
}

const NAME = "admin";
const CODE_MINUTES = 60;
const MINUTE_MS = 60_000;

/**
 * Makes the first token, where there is none yet, and a code with which the dashboard's address logs in once.
 * @throws ConcheError where the data folder can't be written
 */
export function firstLogin(folder: string, nowMs: number): FirstLogin {
  const store = new TokenStore(folder);
  try {
    const made = store.made()
      ? undefined
      : store.create({ name: NAME, role: "admin", expiresMs: undefined }, nowMs);
    if (made !== undefined) {
      auditDecision(folder, { kind: "token-created", object: NAME, detail: "admin, with the first start" });
    }
    const counts = store.list().find((one) => one.name === NAME && tokenFault(one, nowMs) === undefined);
    if (counts === undefined) {
      return { fragment: "", said: "with a token: conche token create NAME --role ROLE" };
    }
    const code = store.loginCode(counts.id, nowMs + CODE_MINUTES * MINUTE_MS, nowMs);
    return {
      fragment: `#code=${code}`,
      said: `the address logs in as ${NAME}, once, within ${CODE_MINUTES} minutes${made === undefined ? "" : "; its token is shown only now"}`,
      ...(made === undefined ? {} : { token: made.secret }),
    };
  } finally {
    store.close();
  }
}
