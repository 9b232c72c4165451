import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import {
  openidProvider,
  type ProviderSettings,
} from "../../../src/adapters/openid-client/openid-provider.ts";
import type { ConcheError } from "../../../src/errors/conche-error.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { makeAuthority } from "../../servers/certificates.ts";
import { type Issuer, startIssuer } from "../../servers/issuer.ts";

const BACK = "http://127.0.0.1:1/api/session/oidc/callback";

async function issuerOf(t: TestContext, ...given: Parameters<typeof startIssuer>): Promise<Issuer> {
  const issuer = await startIssuer(...given);
  afterwards(t, () => issuer.close());
  return issuer;
}

function settingsOf({ url, clientSecret }: Issuer): ProviderSettings {
  return {
    ...{ title: "Plant", issuer: url, clientId: "conche", clientSecret, ca: undefined, scopes: "openid" },
    ...{ redirectUri: BACK, leaveUri: "http://127.0.0.1:1/", roleClaim: "roles", nameClaim: undefined },
    roles: new Map([["conche-operators", "operator"]]),
  };
}

const says =
  (code: string, message: RegExp = /./) =>
  (error: unknown) => {
    assert.equal((error as ConcheError).code, code, String(error));
    assert.match((error as ConcheError).message, message);
    return true;
  };

/** A browser's part over plain HTTP: to the provider and back. */
async function answerTo(url: string): Promise<URLSearchParams> {
  const { headers } = await fetch(url, { redirect: "manual" });
  return new URL(headers.get("location") ?? "").searchParams;
}

suite("an identity provider by OpenID Connect", { timeout: 120_000 }, () => {
  test("it is asked for its metadata when somebody logs in, and not before; then not again for an hour", async (t) => {
    const issuer = await issuerOf(t);
    let now = 0;
    const provider = openidProvider(settingsOf(issuer), () => now);
    assert.equal(issuer.asked.length, 0);
    const metadata = () => issuer.asked.filter(({ path }) => path.startsWith("/.well-known/")).length;
    const [{ url, proof }] = await Promise.all([provider.begin(), provider.begin()]);
    assert.equal(metadata(), 1);
    const { person, idToken } = await provider.finish(await answerTo(url), proof);
    assert.deepEqual([person.name, person.role, person.subject], ["amel.trabelsi", "operator", "person-1"]);
    assert.equal(idToken?.split(".").length, 3);
    now = 3_599_999;
    await provider.begin();
    assert.equal(metadata(), 1);
    now = 3_600_000;
    await provider.begin();
    assert.equal(metadata(), 2);
    // One that is down by now is what it was.
    issuer.close();
    now = 7_200_000;
    assert.ok((await provider.begin()).url.startsWith(issuer.url));
  });

  test("one that is down is not asked more often than every two seconds, and is used as soon as it is back", async (t) => {
    const issuer = await issuerOf(t);
    let now = 0;
    const provider = openidProvider(settingsOf(issuer), () => now);
    issuer.behaviour.metadata = { issuer: "http://127.0.0.1:1" };
    await assert.rejects(provider.begin(), says("CONCHE_OIDC_ISSUER", /http:\/\/127\.0\.0\.1:1/));
    issuer.behave();
    now = 1_999;
    await assert.rejects(provider.begin(), says("CONCHE_OIDC_ISSUER"));
    assert.equal(issuer.asked.length, 1);
    now = 2_000;
    assert.ok((await provider.begin()).url.startsWith(`${issuer.url}/authorize?`));
  });

  test("metadata without end, and none at all, keep nobody waiting", async (t) => {
    const issuer = await issuerOf(t);
    const path = "/.well-known/openid-configuration";
    issuer.behaviour.endless = [path];
    await assert.rejects(
      openidProvider(settingsOf(issuer)).begin(),
      says("CONCHE_OIDC_ANSWER", /more than 262144 bytes/),
    );
    Object.assign(issuer.behaviour, { endless: [], silent: [path] });
    await assert.rejects(
      openidProvider(settingsOf(issuer)).begin(),
      says("CONCHE_OIDC_UNREACHABLE", /too long/),
    );
    issuer.close();
    await assert.rejects(
      openidProvider(settingsOf(issuer)).begin(),
      says("CONCHE_OIDC_UNREACHABLE", /ECONNREFUSED/),
    );
    assert.equal(await openidProvider(settingsOf(issuer)).leave(undefined), undefined);
  });

  test("nothing goes unencrypted to another machine, whatever the metadata say", async (t) => {
    const issuer = await issuerOf(t);
    issuer.behaviour.metadata = { token_endpoint: "http://192.0.2.1/token" };
    const provider = openidProvider(settingsOf(issuer));
    const { url, proof } = await provider.begin();
    await assert.rejects(
      provider.finish(await answerTo(url), proof),
      says("CONCHE_OIDC_ANSWER", /plain HTTP/),
    );
  });

  test("a certificate that nobody knows is not believed; with its authority it is", async (t) => {
    const authority = makeAuthority();
    const issuer = await issuerOf(t, 0, authority.issue("issuer", { hosts: ["127.0.0.1"] }));
    const settings = settingsOf(issuer);
    await assert.rejects(
      openidProvider(settings).begin(),
      says("CONCHE_OIDC_UNREACHABLE", /CERT|SIGNATURE|ISSUER/),
    );
    const known = openidProvider({ ...settings, ca: [Buffer.from(authority.cert)] });
    assert.ok((await known.begin()).url.startsWith(`${issuer.url}/authorize?`));
  });

  test("a wrong client secret is said; one that takes it in the header alone gets it there", async (t) => {
    const issuer = await issuerOf(t);
    const wrong = openidProvider({ ...settingsOf(issuer), clientSecret: "wrong" });
    const first = await wrong.begin();
    await assert.rejects(
      wrong.finish(await answerTo(first.url), first.proof),
      says("CONCHE_OIDC_REFUSED", /invalid_client/),
    );
    issuer.behaviour.metadata = { token_endpoint_auth_methods_supported: ["client_secret_basic"] };
    const right = openidProvider(settingsOf(issuer));
    const second = await right.begin();
    assert.equal((await right.finish(await answerTo(second.url), second.proof)).person.role, "operator");
  });

  test("where it has no page to log out, nobody is led there", async (t) => {
    const issuer = await issuerOf(t);
    issuer.behaviour.metadata = { end_session_endpoint: undefined };
    assert.equal(await openidProvider(settingsOf(issuer)).leave("eyJ"), undefined);
    issuer.behave();
    const leave = new URL((await openidProvider(settingsOf(issuer)).leave(undefined)) ?? "");
    assert.equal(leave.searchParams.get("client_id"), "conche");
    assert.equal(leave.searchParams.has("id_token_hint"), false);
  });
});
