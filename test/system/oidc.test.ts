import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, suite, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { TokenStore } from "../../src/adapters/sqlite/tokens/token-store.ts";
import { runConche } from "../commands/run-conche.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";
import { type Issuer, type IssuerBehaviour, startIssuer } from "../servers/issuer.ts";
import { until } from "./fault-matrix/data-center.ts";
import { FetchBrowser, freePort, type Visit } from "./oidc-browser.ts";

const ROLES = "conche-viewers=viewer,conche-operators=operator,cn=admins=admin";
const ACTING = { "x-conche-request": "1" };
const LATER_SECONDS = 3_600;
const ASK_AGAIN_MS = 100;

suite("logging in with an identity provider", { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "conche-oidc-"));
  const data = join(folder, "data");
  let issuer: Issuer;
  let center: RunningConche;
  let base: string;
  let words: readonly string[];

  before(async () => {
    issuer = await startIssuer();
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    const secret = join(folder, "client-secret");
    writeFileSync(secret, `${issuer.clientSecret}\n`, { mode: 0o600 });
    words = [
      ...["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", String(port)],
      ...["--oidc-issuer", issuer.url, "--oidc-client-id", "conche", "--oidc-client-secret-file", secret],
      ...["--oidc-public-url", base, "--oidc-roles", ROLES, "--oidc-name", "Plant login"],
    ];
    center = await startConche(words);
  });
  beforeEach(() => issuer.behave());
  after(async () => {
    await center?.stop("SIGTERM");
    issuer?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const codeOf = ({ text }: Visit) => (JSON.parse(text) as { code?: string }).code;
  const atCallback = ({ pathname }: URL) => pathname === "/api/session/oidc/callback";
  // Each from an address of its own, as limits go by that.
  let people = 1;
  const somebody = () => new FetchBrowser(base, `127.0.0.${++people}`);
  const logIn = async (to = "/alarms") => {
    const browser = somebody();
    const visit = await browser.visit(
      `/api/session/oidc?to=${encodeURIComponent(to)}`,
      {},
      (next) => next.origin === base && !atCallback(next),
    );
    return { browser, visit };
  };
  const audited = async () => (await runConche(["audit", "list", "--data", data, "--json"])).out;

  test("by the provider: role and name come from its claims, and one is where one wanted to be", async () => {
    const before = await new FetchBrowser(base).who();
    assert.deepEqual(before, {
      login: "required",
      name: null,
      role: null,
      ends_at: null,
      provider: "Plant login",
    });
    const { browser, visit } = await logIn("/alarms?period=8h");
    assert.equal(visit.location, "/alarms?period=8h");
    const who = await browser.who();
    assert.deepEqual([who.name, who.role], ["amel.trabelsi", "operator"]);
    assert.ok(Date.parse(String(who.ends_at)) <= Date.now() + 12 * 3_600_000);
    assert.equal((await browser.ask("/api/views")).status, 200);
    const authorize = issuer.asked.findLast(({ path }) => path === "/authorize")?.query;
    assert.equal(authorize?.get("code_challenge_method"), "S256");
    assert.equal(authorize?.get("scope"), "openid profile");
    const [login = "", session = ""] = browser.set;
    assert.match(login, /^conche-login-\d+=conche_[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
    assert.match(session, /^conche-\d+=conche_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    // Two tabs of one browser log in side by side.
    const begun = await browser.ask("/api/session/oidc?to=/line");
    assert.equal((await browser.visit("/api/session/oidc", {}, atCallback)).status, 302);
    const back = await browser.visit(begun.location ?? "", {}, (next) => next.pathname === "/line");
    assert.equal(back.location, "/line");
  });

  test("of several roles the highest counts; what the ID token doesn't say is asked of the userinfo endpoint", async () => {
    issuer.behaviour.claims = {
      name: "Amel  Trabelsi\u202e",
      roles: ["other", "conche-viewers", "cn=admins"],
    };
    const first = await (await logIn()).browser.who();
    assert.deepEqual([first.name, first.role], ["Amel Trabelsi", "admin"]);
    issuer.behaviour.claims = {};
    issuer.behaviour.userinfo = { roles: "conche-viewers" };
    const second = await (await logIn()).browser.who();
    assert.deepEqual([second.name, second.role], ["person-1", "viewer"]);
  });

  const nowSeconds = () => Math.floor(Date.now() / 1_000);
  const attacks: readonly [name: string, behaviour: () => Partial<IssuerBehaviour>, code: string][] = [
    ["another nonce", () => ({ claims: { roles: ["cn=admins"], nonce: "another" } }), "CONCHE_OIDC_ANSWER"],
    ["a signature by another key", () => ({ signing: "another key" }), "CONCHE_OIDC_ANSWER"],
    ["no signature (alg none)", () => ({ signing: "none" }), "CONCHE_OIDC_ANSWER"],
    ["a signature with the client's secret", () => ({ signing: "client secret" }), "CONCHE_OIDC_ANSWER"],
    ["a token for another client", () => ({ claims: { aud: "another" } }), "CONCHE_OIDC_ANSWER"],
    [
      "a token for several clients, meant for another",
      () => ({ claims: { aud: ["conche", "b"], azp: "b" } }),
      "CONCHE_OIDC_ANSWER",
    ],
    ["a token of another issuer", () => ({ claims: { iss: "https://other.example" } }), "CONCHE_OIDC_ISSUER"],
    ["an expired token", () => ({ claims: { exp: nowSeconds() - 60 } }), "CONCHE_OIDC_CLOCK"],
    [
      "a token that begins later",
      () => ({ claims: { nbf: nowSeconds() + LATER_SECONDS } }),
      "CONCHE_OIDC_CLOCK",
    ],
    ["no role", () => ({ claims: { roles: ["visitors"] } }), "CONCHE_OIDC_ROLE"],
    [
      "userinfo of somebody else",
      () => ({ claims: {}, userinfo: { sub: "x", roles: ["cn=admins"] } }),
      "CONCHE_OIDC_ANSWER",
    ],
    ["a refusal", () => ({ refuses: "access_denied" }), "CONCHE_OIDC_REFUSED"],
    ["an answer without end", () => ({ endless: ["/token"] }), "CONCHE_OIDC_ANSWER"],
    ["no answer", () => ({ silent: ["/token"] }), "CONCHE_OIDC_UNREACHABLE"],
  ];
  for (const [name, behaviour, code] of attacks) {
    test(`${name}: nobody is logged in, and ${code} says why`, async () => {
      Object.assign(issuer.behaviour, behaviour());
      const { browser, visit } = await logIn();
      assert.equal(codeOf(visit), code, visit.text);
      assert.equal((await browser.who()).role, null);
      assert.equal(
        [...browser.cookies.keys()].filter((cookie) => !cookie.startsWith("conche-login-")).length,
        0,
      );
    });
  }

  test("an answer counts once, in the browser that began the login, and none that nobody has begun", async () => {
    const [browser, other] = [somebody(), somebody()];
    const begun = await browser.visit("/api/session/oidc", {}, atCallback);
    const callback = begun.location ?? "";
    assert.equal(codeOf(await other.ask(callback)), "CONCHE_OIDC_STATE");
    await other.visit("/api/session/oidc", {}, atCallback);
    assert.equal(codeOf(await other.ask(callback)), "CONCHE_OIDC_STATE");
    assert.equal(
      (await browser.ask(callback, { method: "HEAD" })).status,
      401,
      "which looks, and uses nothing up",
    );
    assert.equal((await browser.ask(callback)).status, 302);
    assert.equal((await browser.who()).role, "operator");
    assert.equal(codeOf(await browser.ask(callback)), "CONCHE_OIDC_REPLAYED");
    assert.equal(codeOf(await browser.ask("/api/session/oidc/callback?code=a&state=b")), "CONCHE_OIDC_STATE");
    assert.equal(codeOf(await browser.ask("/api/session/oidc/callback")), "CONCHE_OIDC_STATE");
    const page = await other.ask(callback, { headers: { accept: "text/html" } });
    assert.equal(page.location, "/#login-problem=CONCHE_OIDC_STATE");
    // A code that was used before, with a state of one's own.
    const again = await browser.visit("/api/session/oidc", {}, atCallback);
    const mixed = new URL(again.location ?? "");
    mixed.searchParams.set("code", new URL(callback).searchParams.get("code") ?? "");
    assert.equal(codeOf(await browser.ask(mixed.href)), "CONCHE_OIDC_REFUSED");
  });

  test("the eleventh answer within a minute that leads to no login is told to wait; others are not, and a right one is let in", async () => {
    const guessing = somebody();
    const codes: (string | undefined)[] = [];
    for (let index = 0; index < 12; index++) {
      codes.push(codeOf(await guessing.ask(`/api/session/oidc/callback?code=x&state=${index}`)));
    }
    assert.deepEqual(codes, [
      ...Array(10).fill("CONCHE_OIDC_STATE"),
      "CONCHE_LOGIN_LIMIT",
      "CONCHE_LOGIN_LIMIT",
    ]);
    assert.equal(
      (await guessing.visit("/api/session/oidc?to=/line", {}, (next) => next.pathname === "/line")).location,
      "/line",
    );
    issuer.behaviour.signing = "none";
    const asked = somebody();
    const told: (string | undefined)[] = [];
    for (let index = 0; index < 11; index++) told.push(codeOf(await asked.visit("/api/session/oidc")));
    assert.deepEqual(told, [...Array(10).fill("CONCHE_OIDC_ANSWER"), "CONCHE_LOGIN_LIMIT"]);
    issuer.behave();
    assert.equal((await (await logIn()).browser.who()).role, "operator");
  });

  test("what leads elsewhere is led to the first page", async () => {
    for (const to of [
      "https://evil.example/",
      "//evil.example",
      "/\\evil.example",
      "/.//evil.example",
      "/api/now",
    ]) {
      assert.equal((await logIn(to)).visit.location, "/", to);
    }
  });

  test("logging out ends it here and leads to the provider, which is told whose session it was", async () => {
    const { browser } = await logIn();
    const answer = await browser.ask("/api/session", { method: "DELETE", headers: ACTING });
    const { leave_at } = JSON.parse(answer.text) as { leave_at: string };
    assert.equal((await browser.who()).role, null);
    const at = new URL(leave_at);
    assert.equal(at.origin + at.pathname, `${issuer.url}/end_session`);
    assert.equal(at.searchParams.get("id_token_hint")?.split(".").length, 3);
    assert.equal((await browser.ask(leave_at)).location, `${base}/`);
  });

  test("logins, refusals and logouts are audited", async () => {
    await logIn();
    // Entries are written twice a second.
    let out = "";
    await until(async () => {
      out = await audited();
      return out.includes('"logout"');
    });
    const entries = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const found = (kind: string, detail: RegExp) =>
      entries.some((entry) => entry.kind === kind && detail.test(String(entry.detail)));
    assert.ok(found("login", /^as operator, by Plant login \(person-1\)$/), out);
    assert.ok(found("login-refused", /^CONCHE_OIDC_ROLE: amel|^CONCHE_OIDC_ROLE: person-1/), out);
    assert.ok(found("login-refused", /^CONCHE_OIDC_STATE: /), out);
    assert.ok(found("logout", /by the person/), out);
    assert.ok(!out.includes("eyJ"), "no token stands in the audit");
  });

  test("a provider that is down stops nothing: tokens log in, and it is used again when it is back", async () => {
    const store = new TokenStore(data);
    const { secret } = store.create({ name: "Wall", role: "viewer", expiresMs: undefined }, Date.now());
    store.close();
    const port = Number(new URL(issuer.url).port);
    const { browser: stayed } = await logIn();
    assert.equal((await stayed.who()).role, "operator");
    await center.stop("SIGTERM");
    issuer.close();
    center = await startConche(words);
    assert.equal((await stayed.who()).role, "operator", "a login outlives a restart");
    const browser = new FetchBrowser(base);
    const page = await browser.ask("/api/session/oidc?to=/line", { headers: { accept: "text/html" } });
    assert.equal(page.location, "/line#login-problem=CONCHE_OIDC_UNREACHABLE");
    const token = await browser.ask("/api/session", {
      ...{ method: "POST", body: JSON.stringify({ token: secret }) },
      headers: { ...ACTING, "content-type": "application/json" },
    });
    assert.equal(token.status, 200, token.text);
    assert.equal((await browser.who()).name, "Wall");
    assert.equal((await stayed.ask("/api/session", { method: "DELETE", headers: ACTING })).status, 204);
    issuer = await startIssuer(port);
    const patient = somebody();
    for (;;) {
      const visit = await patient.visit(
        "/api/session/oidc?to=/line",
        {},
        (next) => next.pathname === "/line",
      );
      if (visit.location === "/line") break;
      assert.equal(codeOf(visit), "CONCHE_OIDC_UNREACHABLE", visit.text);
      await setTimeout(ASK_AGAIN_MS);
    }
  });

  test("other settings end what was logged in under the ones before; without any, everybody of the provider", async () => {
    const { browser } = await logIn();
    assert.equal((await browser.who()).role, "operator");
    await center.stop("SIGTERM");
    center = await startConche([...words, "--oidc-roles", "conche-operators=viewer"]);
    assert.equal((await browser.who()).role, null);
    assert.equal((await (await logIn()).browser.who()).role, "viewer");
  });
});
