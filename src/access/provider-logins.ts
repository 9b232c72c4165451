import { ConcheError } from "../errors/conche-error.ts";
import { addressPrefix, FailedLogins } from "./failed-logins.ts";
import type { HttpLogins, StartedSession } from "./http-logins.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import { ownPath } from "./own-path.ts";
import { type PendingLogin, PendingLogins } from "./pending-logins.ts";
import type { ProvidedPerson } from "./provided-person.ts";

/** What logging in with an identity provider is made of. */
export interface ProviderLoginsDependencies {
  readonly provider: IdentityProvider;
  readonly logins: HttpLogins;
  readonly now: () => number;
  readonly hash: (secret: string) => string;
  readonly newSecret: () => string;
  readonly pending?: PendingLogins;
}

/** What became of an answer that a browser brought, and the page to go to. */
export type ProviderAnswer =
  | { readonly to: string; readonly started: StartedSession; readonly person: ProvidedPerson }
  | { readonly to: string; readonly error: unknown };

/** Answers from one address within a minute that led to no login: as many as wrong tokens. */
const FAILED_ANSWERS = 10;
/** Answers that the provider is asked about at a time, of everybody together. */
const MOST_UNDER_WAY = 20;
const GUESSES: readonly string[] = [
  "CONCHE_OIDC_STATE",
  "CONCHE_OIDC_REPLAYED",
  "CONCHE_OIDC_ANSWER",
  "CONCHE_OIDC_REFUSED",
];
/** No cookie or state is longer, characters. */
const LONGEST_SECRET = 200;

/** People log in with the plant's identity provider, beside tokens and whether it answers or not. */
export class ProviderLogins {
  readonly #dependencies: ProviderLoginsDependencies;
  readonly #pending: PendingLogins;
  readonly #failures = new FailedLogins(FAILED_ANSWERS);
  #underWay = 0;

  constructor(dependencies: ProviderLoginsDependencies) {
    this.#dependencies = dependencies;
    this.#pending = dependencies.pending ?? new PendingLogins();
  }

  /** What people call the provider. */
  get title(): string {
    return this.#dependencies.provider.title;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Begins a login.
   * @param browser what the cookie of a login that was begun before holds: tabs of one browser share it
   * @returns where the browser goes, and what its cookie is to hold
   * @throws ConcheError as {@link IdentityProvider.begin}
   */
  async begin(
    wanted: unknown,
    browser: string | undefined,
    remote: string,
  ): Promise<{ readonly url: string; readonly browser: string }> {
    const { provider, now, hash, newSecret } = this.#dependencies;
    const { url, proof } = await provider.begin();
    const known =
      browser !== undefined && browser.length <= LONGEST_SECRET && this.#pending.knows(hash(browser), now());
    const secret = known ? browser : newSecret();
    const [to, origin] = [ownPath(wanted), addressPrefix(remote)];
    this.#pending.add({ browser: hash(secret), proof, to, origin, startedMs: now() });
    return { url, browser: secret };
  }

  /** Takes the answer that a browser brings back from the provider. Never throws. */
  async finish(
    answer: URLSearchParams,
    browser: string | undefined,
    remote: string,
  ): Promise<ProviderAnswer> {
    const from = addressPrefix(remote);
    const { provider, logins, now } = this.#dependencies;
    let to = "/";
    let counted = "state";
    try {
      const pending = this.#find(answer.get("state"), browser);
      to = pending.to;
      // The provider isn't asked about one guess after the other.
      if (this.#failures.blocked(from, "answer", now()) || this.#underWay >= MOST_UNDER_WAY) throw tooMany();
      counted = "answer";
      this.#pending.use(pending);
      this.#underWay++;
      try {
        const { person, idToken } = await provider.finish(answer, pending.proof);
        return { to, person, started: logins.beginFor(person, idToken) };
      } finally {
        this.#underWay--;
      }
    } catch (error) {
      if (!isGuess(error)) return { to, error };
      const limit = this.#failures.blocked(from, counted, now());
      if (!limit) this.#failures.failed(from, counted, now());
      return { to, error: limit ? tooMany() : error };
    }
  }

  /** Where a browser goes to end the provider's own session, too. */
  leave(idToken: string | undefined): Promise<string | undefined> {
    return this.#dependencies.provider.leave(idToken);
  }

  #find(state: string | null, browser: string | undefined): PendingLogin {
    const { now, hash } = this.#dependencies;
    const cookie = browser === undefined || browser.length > LONGEST_SECRET ? undefined : hash(browser);
    return this.#pending.find(state, cookie, now());
  }
}

/** Who has no role, or whose provider is down, has tried nothing. */
function isGuess(error: unknown): boolean {
  return error instanceof ConcheError && GUESSES.includes(error.code);
}

function tooMany(): ConcheError {
  return new ConcheError("CONCHE_LOGIN_LIMIT", {
    message: "too many logins with the identity provider failed",
  });
}
