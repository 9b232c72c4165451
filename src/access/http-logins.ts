import type { DeskRole } from "./access-document.ts";
import { type AccessToken, type TokenBook, tokenFault } from "./access-token.ts";
import { addressPrefix, FailedLogins } from "./failed-logins.ts";
import type { ProvidedPerson } from "./provided-person.ts";
import type { Session, Sessions } from "./sessions.ts";

/** Who asks over HTTP, and how that is known. */
export interface HttpLogin {
  readonly name: string;
  readonly role: DeskRole;
  readonly by: "session" | "token" | "certificate";
}

/** A login together with what tells when it is over. */
export interface StandingLogin {
  readonly login: HttpLogin;
  /** When it is over at the latest; undefined where that isn't known. */
  readonly endsMs: number | undefined;
  /** Whether it still counts, with the same role; asked every second for what stays open. */
  readonly stands: () => boolean;
}

/** Why somebody is not let in: `limit` where too many wrong tokens came from there. */
export interface LoginRefusal {
  readonly refusal: string;
  readonly limit: boolean;
}

/** Somebody who has just logged in with a browser, and what its cookie is to hold. */
export interface StartedSession extends StandingLogin {
  readonly secret: string;
}

/** What logins are made of. */
export interface HttpLoginsDependencies {
  readonly tokens: TokenBook;
  readonly sessions: Sessions;
  /** Nobody has to log in while no token was made: what is bound to this machine alone. */
  readonly openWithoutTokens: boolean;
  /** Of the settings of the identity provider; without one, and under others, nobody is logged in by it. */
  readonly providedUnder?: string | undefined;
  readonly now: () => number;
  /** Of a secret: what is kept and looked up instead of it. */
  readonly hash: (secret: string) => string;
  /** A new one, 256 random bits. */
  readonly newSecret: () => string;
}

/** Wrong tokens from one address within a minute. */
const FAILED_LOGINS = 10;
/** No token, code or session is longer, characters. */
const LONGEST_SECRET = 200;
/** A longer ID token fits into no address, and is not kept, characters. */
const LONGEST_ID_TOKEN = 4_096;

/**
 * Who may come in over HTTP: with a token, or with a session that one has begun. What was made, changed and revoked
 * counts for the next request. A right token comes in however many wrong ones came from the same address before: there
 * are 2^256 of them, so trying is hopeless, and counting is against noise, not against owners.
 */
export class HttpLogins {
  readonly #dependencies: HttpLoginsDependencies;
  readonly #failures = new FailedLogins(FAILED_LOGINS);

  constructor(dependencies: HttpLoginsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether anybody has to log in. */
  required(): boolean {
    return !this.#dependencies.openWithoutTokens || this.#dependencies.tokens.made();
  }

  get sessions(): number {
    return this.#dependencies.sessions.size;
  }

  /** @param remote address of the other end */
  withToken(secret: string, remote: string): StandingLogin | LoginRefusal {
    const token = this.#tokenOf(secret, remote, (hash) => this.#dependencies.tokens.byHash(hash));
    if ("refusal" in token) return token;
    return this.#standing(token, "token", undefined, () => true);
  }

  /** Begins a session for a token, or for a code that a token was given. */
  begin(
    given: { readonly token: string } | { readonly code: string },
    remote: string,
  ): StartedSession | LoginRefusal {
    const { tokens, sessions, now, hash, newSecret } = this.#dependencies;
    const token =
      "token" in given
        ? this.#tokenOf(given.token, remote, (hashed) => tokens.byHash(hashed))
        : this.#tokenOf(given.code, remote, (hashed) => tokens.redeem(hashed, now()));
    if ("refusal" in token) return token;
    const secret = newSecret();
    const key = hash(secret);
    const endsMs = sessions.endsMs(sessions.start(key, token.id, now()));
    return { ...this.#standing(token, "session", endsMs, this.#lasts(key)), secret };
  }

  /** Begins a session for somebody whom the identity provider vouched for. */
  beginFor(person: ProvidedPerson, idToken: string | undefined): StartedSession {
    const { sessions, now, hash, newSecret } = this.#dependencies;
    const secret = newSecret();
    const key = hash(secret);
    const kept = idToken !== undefined && idToken.length <= LONGEST_ID_TOKEN ? idToken : undefined;
    const session = sessions.start(key, person, now(), kept);
    return { ...this.#provided(person, sessions.endsMs(session), this.#lasts(key)), secret };
  }

  /** Whose session it is; undefined where it is over, or its token or its provider counts no longer. */
  withSession(secret: string): StandingLogin | undefined {
    const { sessions, tokens, now, hash, providedUnder } = this.#dependencies;
    if (secret.length > LONGEST_SECRET) return undefined;
    const key = hash(secret);
    const session = sessions.use(key, now());
    if (session === undefined) return undefined;
    const { holder } = session;
    if (typeof holder !== "number") {
      if (holder.under === providedUnder)
        return this.#provided(holder, sessions.endsMs(session), this.#lasts(key));
      sessions.forget(key);
      return undefined;
    }
    const token = tokens.byId(holder);
    if (token === undefined || tokenFault(token, now()) !== undefined) {
      sessions.forget(key);
      return undefined;
    }
    return this.#standing(token, "session", sessions.endsMs(session), this.#lasts(key));
  }

  /** Ends a session, if it is one. */
  end(secret: string): Session | undefined {
    const { sessions, now, hash } = this.#dependencies;
    if (secret.length > LONGEST_SECRET) return undefined;
    const key = hash(secret);
    const session = sessions.peek(key, now());
    sessions.end(key);
    return session;
  }

  #lasts(key: string): () => boolean {
    return () => this.#dependencies.sessions.peek(key, this.#dependencies.now()) !== undefined;
  }

  #tokenOf(
    secret: string,
    remote: string,
    find: (hash: string) => AccessToken | undefined,
  ): AccessToken | LoginRefusal {
    const { now, hash } = this.#dependencies;
    const token = secret.length > LONGEST_SECRET ? undefined : find(hash(secret));
    const fault = token === undefined ? "there is no such token" : tokenFault(token, now());
    if (token !== undefined && fault === undefined) return token;
    const from = addressPrefix(remote);
    const limit = this.#failures.blocked(from, "", now());
    if (!limit) this.#failures.failed(from, "", now());
    const whose = token === undefined ? "" : `the token of ${token.name}: `;
    return { refusal: `${whose}${fault}`, limit };
  }

  #provided({ name, role }: ProvidedPerson, endsMs: number, lasts: () => boolean): StandingLogin {
    return { login: { name, role, by: "session" }, endsMs, stands: lasts };
  }

  #standing(
    { id, name, role, expiresMs }: AccessToken,
    by: HttpLogin["by"],
    sessionEndsMs: number | undefined,
    lasts: () => boolean,
  ): StandingLogin {
    const { tokens, now } = this.#dependencies;
    tokens.used(id, now());
    const ends = [expiresMs, sessionEndsMs].filter((each) => each !== undefined);
    return {
      login: { name, role, by },
      endsMs: ends.length === 0 ? undefined : Math.min(...ends),
      stands: () => {
        const present = tokens.byId(id);
        return present !== undefined && tokenFault(present, now()) === undefined && lasts();
      },
    };
  }
}
