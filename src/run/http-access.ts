import type { AuditTrail } from "../access/audit.ts";
import { HttpLogins } from "../access/http-logins.ts";
import type { IdentityProvider } from "../access/identity-provider.ts";
import { isLoopback } from "../access/loopback.ts";
import { ProviderLogins } from "../access/provider-logins.ts";
import { Sessions } from "../access/sessions.ts";
import type { HttpAccess } from "../adapters/http/login-gate.ts";
import { newSecret, secretHash } from "../adapters/sqlite/tokens/token-secret.ts";
import { TokenStore } from "../adapters/sqlite/tokens/token-store.ts";
import type { Notice } from "../adapters/terminal/notices.ts";
import type { Config } from "../config/config-schema.ts";
import { LONGEST_SESSION } from "../config/http-slice.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { DeskCertificates } from "./tls/desk-certificates.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Each takes less than a kilobyte. */
const MOST_SESSIONS = 1_000;
const OF_ONE_TOKEN = 20;

/** How people log in, beside tokens. */
export interface LoginWays {
  readonly desks?: DeskCertificates | undefined;
  readonly provider?: IdentityProvider | undefined;
}

/** Who may use the HTTP port of a data folder, for as long as it is open. */
export interface RunningHttpAccess extends HttpAccess {
  /** How many there are of what is kept in memory. */
  kept(): Readonly<Record<string, number>>;
  close(): void;
}

/**
 * Who may use the HTTP port: everybody on this machine while no token was made, otherwise whoever has one, the
 * certificate of a desk, or an account at the identity provider.
 * @param audit where refusals and logins are said
 * @throws ConcheError CONCHE_HTTP_UNPROTECTED where the port is to be reached from elsewhere, and nobody would be asked
 */
export function httpAccess(
  { data, http, secure }: Config,
  audit: AuditTrail,
  notice: (notice: Notice) => void,
  { desks, provider }: LoginWays = {},
): RunningHttpAccess {
  const loopback = isLoopback(http.host);
  const other = desks !== undefined || provider !== undefined;
  // With --secure there is a token as soon as everything runs.
  const access = accessTo(data, http, loopback && !secure && !other, audit, provider);
  try {
    if (!loopback) requireProtection(http, access.made() || other, notice);
  } catch (error) {
    access.close();
    throw error;
  }
  if (desks === undefined) return access;
  return { ...access, withCertificate: (certificate) => desks.login(certificate) };
}

/**
 * Who may see the metrics of an edge or bridge: whoever has a token of its outbox's folder, everybody while there is
 * none. It serves nothing of what machines say.
 */
export function forwarderAccess(folder: string, http: Config["http"], audit: AuditTrail): RunningHttpAccess {
  return accessTo(folder, http, true, audit);
}

function accessTo(
  folder: string,
  http: Config["http"],
  openWithoutTokens: boolean,
  audit: AuditTrail,
  provider?: IdentityProvider,
): RunningHttpAccess & { readonly made: () => boolean } {
  const store = new TokenStore(folder);
  const [idleMs, lengthMs] = [http.sessionIdleMinutes * MINUTE_MS, http.sessionHours * HOUR_MS];
  forgetSessions(store, String(http.port), { idleMs, lengthMs });
  const given = { now: Date.now, hash: secretHash, newSecret };
  const logins = new HttpLogins({
    ...given,
    tokens: store,
    sessions: new Sessions(
      { idleMs, lengthMs, sessions: MOST_SESSIONS, ofOneToken: OF_ONE_TOKEN },
      // A port that is another one each time has no session of before: cookies bear the port.
      http.port === 0 ? undefined : store.sessions(String(http.port)),
    ),
    openWithoutTokens,
    providedUnder: provider?.under,
  });
  const providerLogins =
    provider === undefined ? undefined : new ProviderLogins({ ...given, provider, logins });
  return {
    ...{ logins, providerLogins, audit },
    kept: () => ({ http_sessions: logins.sessions, http_logins_pending: providerLogins?.pending ?? 0 }),
    made: () => store.made(),
    close: () => store.close(),
  };
}

/** Of its own listener what is over by its settings; of others, which may have longer ones, by the longest that there are. */
function forgetSessions(
  store: TokenStore,
  place: string,
  { idleMs, lengthMs }: { readonly idleMs: number; readonly lengthMs: number },
): void {
  const over = (idle: number, length: number) => {
    const nowMs = Date.now();
    return { usedBeforeMs: nowMs - idle, startedBeforeMs: nowMs - length };
  };
  store.forgetSessions(over(idleMs, lengthMs), place);
  store.forgetSessions(over(LONGEST_SESSION.idleMinutes * MINUTE_MS, LONGEST_SESSION.hours * HOUR_MS));
}

/** @throws ConcheError CONCHE_HTTP_UNPROTECTED */
function requireProtection(
  { host, cert }: Config["http"],
  made: boolean,
  notice: (notice: Notice) => void,
): void {
  if (cert === null && !made) {
    throw new ConcheError("CONCHE_HTTP_UNPROTECTED", {
      message: `everybody who can reach ${host} would read everything, and act in anybody's name`,
    });
  }
  if (cert === null) {
    notice({
      level: "warning",
      code: "http-unencrypted",
      text: `HTTP on ${host} is not encrypted: tokens and sessions can be read on the way; keep it within a network of containers, or behind a proxy that speaks HTTPS`,
    });
  } else if (!made) {
    notice({
      level: "warning",
      code: "http-no-token",
      text: `nobody can log in on ${host} yet: no token was made (conche token create NAME --role admin)`,
    });
  }
}
