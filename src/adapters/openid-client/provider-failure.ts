import { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } from "openid-client";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";

/** What of a provider's own words is shown, characters. */
const LONGEST_WORDS = 300;

/** What went wrong with the provider, as the product's error. */
export function providerFailure(thrown: unknown): ConcheError {
  const chain = causesOf(thrown);
  const ours = chain.find((each) => each instanceof ConcheError);
  if (ours !== undefined) return ours;
  const refusal = chain.find(
    (each) => each instanceof AuthorizationResponseError || each instanceof ResponseBodyError,
  );
  if (refusal !== undefined) {
    const { error, error_description: words = "" } = refusal;
    return failure(
      "CONCHE_OIDC_REFUSED",
      `it answers ${plain([error, words].filter(Boolean).join(": "))}`,
      thrown,
    );
  }
  if (chain.some((each) => each instanceof WWWAuthenticateChallengeError)) {
    return failure("CONCHE_OIDC_REFUSED", "it doesn't take the client's credentials", thrown);
  }
  const codes = chain.map((each) => String(Reflect.get(Object(each), "code") ?? ""));
  const [details] = chain.filter((each) => hasDetails(each));
  if (codes.includes("OAUTH_TIMEOUT")) {
    return failure("CONCHE_OIDC_UNREACHABLE", "it takes too long to answer", thrown, true);
  }
  if (chain.some((each) => each instanceof Response)) {
    const { status } = chain.find((each) => each instanceof Response) ?? { status: 0 };
    return failure("CONCHE_OIDC_UNREACHABLE", `it answers with HTTP status ${status}`, thrown, true);
  }
  if (codes.includes("OAUTH_JWT_TIMESTAMP_CHECK_FAILED")) {
    return failure("CONCHE_OIDC_CLOCK", `its ID token is out of its time${shown(details)}`, thrown);
  }
  const claim = details?.claim ?? details?.attribute;
  if (claim === "iss" || claim === "issuer" || /"iss"/.test(messageOf(chain.at(-1)))) {
    return failure("CONCHE_OIDC_ISSUER", `another issuer answers${shown(details)}`, thrown);
  }
  const words = chain.filter((each) => each instanceof Error).map(messageOf);
  return failure("CONCHE_OIDC_ANSWER", plain([...new Set(words)].join(": ")), thrown);
}

function failure(
  code:
    | "CONCHE_OIDC_ANSWER"
    | "CONCHE_OIDC_CLOCK"
    | "CONCHE_OIDC_ISSUER"
    | "CONCHE_OIDC_REFUSED"
    | "CONCHE_OIDC_UNREACHABLE",
  what: string,
  cause: unknown,
  retryable = false,
): ConcheError {
  return new ConcheError(code, { message: `the identity provider: ${what}`, cause, retryable });
}

/** An error, what caused it, what caused that … */
function causesOf(thrown: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let each = thrown; each !== undefined && each !== null && chain.length < 10; ) {
    chain.push(each);
    each = each instanceof Error ? each.cause : undefined;
  }
  return chain;
}

/** What the library says beside an error: what it expected, and what there was. */
interface Details {
  readonly claim?: unknown;
  readonly attribute?: unknown;
  readonly expected?: unknown;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly now?: unknown;
}

function hasDetails(value: unknown): value is Details {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Error) &&
    ("claim" in value || "attribute" in value)
  );
}

function shown(details: Details | undefined): string {
  if (details === undefined) return "";
  const name = String(details.claim ?? details.attribute);
  const found = details.claims?.[name] ?? details.body?.[name];
  const expected = details.expected ?? details.now;
  const beside = details.expected === undefined ? "by this machine's clock it is" : "expected was";
  return plain(
    `: ${name} is ${String(found)}${expected === undefined ? "" : `, ${beside} ${String(expected)}`}`,
  );
}

/** Words of somebody else, on one line. */
function plain(words: string): string {
  return words.replaceAll(/\p{C}+/gu, " ").slice(0, LONGEST_WORDS);
}
