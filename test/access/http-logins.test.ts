import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccessToken, TokenBook } from "../../src/access/access-token.ts";
import { HttpLogins } from "../../src/access/http-logins.ts";
import { Sessions } from "../../src/access/sessions.ts";

const AMEL: AccessToken = {
  id: 1,
  name: "Amel",
  role: "operator",
  createdMs: 0,
  expiresMs: undefined,
  lastUsedMs: undefined,
  revokedMs: undefined,
};

/** Tokens by their secret; hashes are the secrets themselves, with a mark. */
function logins(tokens: Map<string, AccessToken>, openWithoutTokens = false) {
  let now = 1_000;
  let secrets = 0;
  const codes = new Map([["code", 1]]);
  const byId = (id: number) => [...tokens.values()].find((token) => token.id === id);
  const book: TokenBook = {
    made: () => tokens.size > 0,
    byHash: (hash) => tokens.get(hash.slice(1)),
    byId,
    redeem: (hash) => {
      const id = codes.get(hash.slice(1));
      codes.delete(hash.slice(1));
      return id === undefined ? undefined : byId(id);
    },
    used: () => {},
  };
  const made = new HttpLogins({
    tokens: book,
    sessions: new Sessions({ idleMs: 10_000, lengthMs: 100_000, sessions: 10, ofOneToken: 5 }),
    openWithoutTokens,
    now: () => now,
    hash: (secret) => `#${secret}`,
    newSecret: () => `session-${++secrets}`,
  });
  return {
    made,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test("nobody has to log in on loopback until the first token is made; elsewhere everybody has to", () => {
  const tokens = new Map<string, AccessToken>();
  const { made } = logins(tokens, true);
  assert.equal(made.required(), false);
  tokens.set("s", AMEL);
  assert.equal(made.required(), true);
  assert.equal(logins(new Map()).made.required(), true);
});

test("a token, and a session that it began, end with its revocation", () => {
  const tokens = new Map([["secret", AMEL]]);
  const { made } = logins(tokens);
  const login = made.withToken("secret", "10.0.0.1");
  assert.ok("login" in login);
  assert.deepEqual(login.login, { name: "Amel", role: "operator", by: "token" });
  const session = made.begin({ token: "secret" }, "10.0.0.1");
  assert.ok("secret" in session);
  assert.equal(made.withSession(session.secret)?.login.by, "session");
  tokens.set("secret", { ...AMEL, revokedMs: 1_000 });
  assert.equal(login.stands(), false);
  assert.equal(session.stands(), false);
  assert.equal(made.withSession(session.secret), undefined);
  assert.match(refusalOf(made.withToken("secret", "10.0.0.1")), /Amel: it was revoked/);
});

test("an expired token counts no more, and its session doesn't outlive it", () => {
  const { made, pass } = logins(new Map([["secret", { ...AMEL, expiresMs: 5_000 }]]));
  const session = made.begin({ token: "secret" }, "x");
  assert.ok("secret" in session);
  assert.equal(session.endsMs, 5_000);
  pass(4_000);
  assert.equal(session.stands(), false);
  assert.match(refusalOf(made.begin({ token: "secret" }, "x")), /expired/);
});

test("a code logs in once", () => {
  const { made } = logins(new Map([["secret", AMEL]]));
  assert.ok("secret" in made.begin({ code: "code" }, "x"));
  assert.ok("refusal" in made.begin({ code: "code" }, "x"));
  assert.ok("refusal" in made.withToken("code", "x"), "a code is no token");
});

test("a session ends by logging out, and for what was opened with it, too", () => {
  const { made } = logins(new Map([["secret", AMEL]]));
  const session = made.begin({ token: "secret" }, "x");
  assert.ok("secret" in session);
  made.end(session.secret);
  assert.equal(session.stands(), false);
  assert.equal(made.withSession(session.secret), undefined);
});

test("wrong tokens are counted by address; whoever has a right one comes in all the same", () => {
  const { made, pass } = logins(new Map([["secret", AMEL]]));
  const tried = Array.from({ length: 12 }, (_, index) => made.withToken(`wrong ${index}`, "10.0.0.1"));
  const limits = tried.map((one) => "limit" in one && one.limit);
  assert.deepEqual(limits, [...Array(10).fill(false), true, true]);
  assert.ok("login" in made.withToken("secret", "10.0.0.1"));
  const other = made.withToken("wrong", "10.0.0.2");
  assert.ok("limit" in other && !other.limit);
  pass(60_000);
  const later = made.withToken("wrong", "10.0.0.1");
  assert.ok("limit" in later && !later.limit);
});

test("what is too long to be a secret is none", () => {
  const long = "x".repeat(10_000);
  const { made } = logins(new Map([[long, AMEL]]));
  assert.ok("refusal" in made.withToken(long, "x"));
  assert.equal(made.withSession(long), undefined);
});

function refusalOf(result: object): string {
  assert.ok("refusal" in result);
  return String(result.refusal);
}
