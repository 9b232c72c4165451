import type { ProvidedPerson } from "./provided-person.ts";

/** What an answer of the provider is held against: it was made for this one login, and nobody else knows it. */
export interface LoginProof {
  /** Comes back in the browser's address. */
  readonly state: string;
  /** Comes back within the signed ID token. */
  readonly nonce: string;
  /** Whose hash the provider was given (PKCE, RFC 7636). */
  readonly verifier: string;
}

/** A person whom the provider vouched for. */
export interface ProvidedLogin {
  readonly person: ProvidedPerson;
  /** With which the provider is asked to end its own session. */
  readonly idToken: string | undefined;
}

/** PORT. The plant's identity provider. */
export interface IdentityProvider {
  /** What people call it. */
  readonly title: string;
  /** Of everything that is set about it: what was logged in under other settings counts no longer. */
  readonly under: string;
  /**
   * Where a browser goes to log in, and what its answer will be held against.
   * @throws ConcheError CONCHE_OIDC_UNREACHABLE, CONCHE_OIDC_ISSUER, CONCHE_OIDC_ANSWER
   */
  begin(): Promise<{ readonly url: string; readonly proof: LoginProof }>;
  /**
   * Whom the answer vouches for that a browser brought.
   * @throws ConcheError CONCHE_OIDC_… whatever keeps it from being believed
   */
  finish(answer: URLSearchParams, proof: LoginProof): Promise<ProvidedLogin>;
  /** Where a browser goes to end the provider's own session; undefined where it has no such page, or doesn't answer. */
  leave(idToken: string | undefined): Promise<string | undefined>;
}
