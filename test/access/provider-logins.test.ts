import assert from "node:assert/strict";
import { test } from "node:test";
import type { TokenBook } from "../../src/access/access-token.ts";
import { HttpLogins } from "../../src/access/http-logins.ts";
import type { IdentityProvider, ProvidedLogin } from "../../src/access/identity-provider.ts";
import { ProviderLogins } from "../../src/access/provider-logins.ts";
import { Sessions } from "../../src/access/sessions.ts";
import type { ConcheError } from "../../src/errors/conche-error.ts";

const PERSON = { under: "u", subject: "s", name: "Amel", role: "viewer" } as const;
const NO_TOKENS: TokenBook = {
  made: () => false,
  byHash: () => undefined,
  byId: () => undefined,
  redeem: () => undefined,
  used: () => {},
};

/** Logins with a provider that answers when the test says so. */
function provided() {
  let begun = 0;
  let secrets = 0;
  const asked: PromiseWithResolvers<ProvidedLogin>[] = [];
  const provider: IdentityProvider = {
    title: "Plant login",
    under: "u",
    begin: async () => {
      const state = `s${++begun}`;
      return { url: `https://provider/?state=${state}`, proof: { state, nonce: "n", verifier: "v" } };
    },
    finish: () => {
      const answer = Promise.withResolvers<ProvidedLogin>();
      asked.push(answer);
      return answer.promise;
    },
    leave: async () => undefined,
  };
  const given = {
    now: () => 1_000,
    hash: (secret: string) => `#${secret}`,
    newSecret: () => `secret-${++secrets}`,
  };
  const logins = new HttpLogins({
    ...given,
    tokens: NO_TOKENS,
    sessions: new Sessions({ idleMs: 10_000, lengthMs: 100_000, sessions: 100, ofOneToken: 100 }),
    openWithoutTokens: false,
    providedUnder: "u",
  });
  const made = new ProviderLogins({ ...given, provider, logins });
  return {
    asked,
    logins,
    /** Begins a login at an address of its own, and brings its answer. */
    comeBack: async (index: number) => {
      const { url, browser } = await made.begin("/line", undefined, `10.0.${index}.1`);
      const state = new URL(url).searchParams.get("state") ?? "";
      return made.finish(new URLSearchParams({ state, code: "c" }), browser, `10.0.${index}.1`);
    },
  };
}

/** Where an answer would have come long before, had the provider not been asked. */
async function turns(count: number) {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
  return { to: "the provider was asked" };
}

const codeOf = (answer: object) =>
  "error" in answer ? (answer.error as ConcheError).code : "started" in answer ? "logged in" : undefined;

test("the provider is asked about twenty answers at a time; one more is told to come again, and then is let in", async () => {
  const { asked, comeBack } = provided();
  const waiting = Array.from({ length: 20 }, (_, index) => comeBack(index));
  while (asked.length < 20) await new Promise(setImmediate);
  const refused = await Promise.race([comeBack(20), turns(50)]);
  assert.deepEqual([codeOf(refused), refused.to, asked.length], ["CONCHE_LOGIN_LIMIT", "/line", 20]);
  // One that ends, however it ends, makes room.
  asked[0]?.reject(new Error("the provider is down"));
  await waiting[0];
  const next = comeBack(21);
  while (asked.length < 21) await new Promise(setImmediate);
  for (const { resolve } of asked) resolve({ person: PERSON, idToken: undefined });
  assert.equal(codeOf(await next), "logged in");
  assert.deepEqual((await Promise.all(waiting.slice(1))).map(codeOf), Array(19).fill("logged in"));
});

test("an ID token of up to 4 KiB is kept to end the provider's session with; a longer one logs in without", () => {
  const { logins } = provided();
  for (const [length, kept] of [
    [4_096, true],
    [4_097, false],
    [1_000_000, false],
  ] as const) {
    const { secret, login } = logins.beginFor(PERSON, "t".repeat(length));
    assert.deepEqual([login.name, login.role], ["Amel", "viewer"]);
    assert.equal(logins.end(secret)?.idToken?.length, kept ? length : undefined, String(length));
  }
});
