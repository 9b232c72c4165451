import { createHash } from "node:crypto";
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import type { IdentityProvider, LoginProof, ProvidedLogin } from "../../access/identity-provider.ts";
import { type ClaimRules, personOfClaims, roleOfClaims } from "../../access/provided-person.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { providerFailure } from "./provider-failure.ts";
import { providerFetch } from "./provider-fetch.ts";

/** How the identity provider is reached, and what is made of what it says. */
export interface ProviderSettings extends ClaimRules {
  /** What people call it. */
  readonly title: string;
  /** As its metadata says it, character by character. */
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client. */
  readonly clientSecret: string | undefined;
  /** Where it sends browsers back to. */
  readonly redirectUri: string;
  /** Where it sends browsers that have logged out. */
  readonly leaveUri: string;
  /** With blanks between. */
  readonly scopes: string;
  /** Authorities that its certificate is checked with; undefined: the system's. */
  readonly ca: readonly Buffer[] | undefined;
}

/** One question to the provider takes no longer, seconds. */
const TIMEOUT_SECONDS = 5;
/** All questions of one login together don't, milliseconds: whoever logs in waits for an answer of ours. */
const PATIENCE_MS = 7_000;
/** A provider that doesn't answer is not asked more often than so, milliseconds. */
const ASK_AGAIN_MS = 2_000;
/** How far the two clocks may be apart, seconds. */
const TOLERANCE_SECONDS = 30;
/** What the provider says of itself is asked for again after so long, milliseconds. */
const METADATA_LASTS_MS = 3_600_000;

/**
 * The plant's identity provider, by OpenID Connect: authorization code flow with PKCE, state and nonce, signatures always
 * checked. It is asked for its metadata when somebody logs in, and not before: one that is down keeps nothing from starting.
 */
export function openidProvider(settings: ProviderSettings, now: () => number = Date.now): IdentityProvider {
  const discovered = discoverer(settings, now);
  return {
    title: settings.title,
    under: underOf(settings),
    begin: () => within(() => begin(discovered, settings)),
    finish: (answer, proof) => within(() => finish(discovered, settings, answer, proof)),
    leave: (idToken) => within(() => leave(discovered, settings, idToken)).catch(() => undefined),
  };
}

type Discovered = () => Promise<Configuration>;

async function begin(discovered: Discovered, { redirectUri, scopes }: ProviderSettings) {
  const configuration = await discovered();
  const proof = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: scopes,
    state: proof.state,
    nonce: proof.nonce,
    code_challenge: await calculatePKCECodeChallenge(proof.verifier),
    code_challenge_method: "S256",
  });
  return { url: url.href, proof };
}

async function finish(
  discovered: Discovered,
  settings: ProviderSettings,
  answer: URLSearchParams,
  { state, nonce, verifier }: LoginProof,
): Promise<ProvidedLogin> {
  const configuration = await discovered();
  const address = new URL(settings.redirectUri);
  address.search = answer.toString();
  const tokens = await authorizationCodeGrant(configuration, address, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined) throw new ConcheError("CONCHE_OIDC_ANSWER", { message: "there is no ID token" });
  const asked = configuration.serverMetadata().userinfo_endpoint;
  const more =
    roleOfClaims(claims, settings) !== undefined || asked === undefined
      ? {}
      : await fetchUserInfo(configuration, tokens.access_token, claims.sub);
  const person = personOfClaims({ ...claims, ...more, sub: claims.sub }, settings, underOf(settings));
  return { person, idToken: tokens.id_token };
}

async function leave(
  discovered: Discovered,
  { leaveUri }: ProviderSettings,
  idToken: string | undefined,
): Promise<string | undefined> {
  const configuration = await discovered();
  if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
  return buildEndSessionUrl(configuration, {
    post_logout_redirect_uri: leaveUri,
    ...(idToken === undefined ? {} : { id_token_hint: idToken }),
  }).href;
}

/** Asks the provider for its metadata when they are needed, once for everybody who waits. */
function discoverer(settings: ProviderSettings, now: () => number): Discovered {
  let known: { configuration: Configuration; atMs: number } | undefined;
  let asking: Promise<Configuration> | undefined;
  let failed: { error: unknown; atMs: number } | undefined;
  const ask = async () => {
    try {
      const configuration = await discover(settings);
      known = { configuration, atMs: now() };
      failed = undefined;
      return configuration;
    } catch (error) {
      failed = { error, atMs: now() };
      // It may have moved its addresses, and mostly hasn't.
      if (known !== undefined) return known.configuration;
      throw error;
    } finally {
      asking = undefined;
    }
  };
  return async () => {
    if (known !== undefined && now() - known.atMs < METADATA_LASTS_MS) return known.configuration;
    if (failed !== undefined && now() - failed.atMs < ASK_AGAIN_MS) {
      if (known !== undefined) return known.configuration;
      throw failed.error;
    }
    asking ??= ask();
    return asking;
  };
}

async function discover({ issuer, clientId, clientSecret, ca }: ProviderSettings): Promise<Configuration> {
  const plain = new URL(issuer).protocol === "http:";
  return discovery(
    new URL(issuer),
    clientId,
    { [clockTolerance]: TOLERANCE_SECONDS },
    clientSecret === undefined ? None() : bySecret(clientSecret),
    {
      [customFetch]: providerFetch(ca),
      timeout: TIMEOUT_SECONDS,
      // The library believes an ID token that comes by TLS; a signature that nobody checks is none.
      execute: [enableNonRepudiationChecks, ...(plain ? [allowInsecureRequests] : [])],
    },
  );
}

/**
 * In the body where the provider takes that: in the header its characters are escaped in ways that not all providers
 * agree on.
 */
function bySecret(secret: string): ClientAuth {
  const [post, basic] = [ClientSecretPost(secret), ClientSecretBasic(secret)];
  return (server, ...rest) => {
    const taken = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    return (taken.includes("client_secret_post") ? post : basic)(server, ...rest);
  };
}

/** Tells apart what was logged in under other settings. */
function underOf({ issuer, clientId, roleClaim, roles, nameClaim }: ProviderSettings): string {
  const text = JSON.stringify([issuer, clientId, roleClaim, [...roles], nameClaim ?? null]);
  return createHash("sha256").update(text).digest("base64url");
}

async function within<Result>(work: () => Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = `the identity provider takes more than ${PATIENCE_MS / 1_000} s to answer`;
    reject(new ConcheError("CONCHE_OIDC_UNREACHABLE", { message, retryable: true }));
  }, PATIENCE_MS);
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    throw providerFailure(error);
  } finally {
    clearTimeout(timer);
  }
}
