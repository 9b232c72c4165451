import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runConche } from "../../commands/run-conche.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { type RunningConche, startConche } from "../../servers/conche.ts";
import { temporaryFolder } from "./data-center.ts";

const PORTS = ["--mqtt-port", "0", "--http-port", "0"];

async function made(data: string, name: string, role: string): Promise<Record<string, string>> {
  const { code, out, err } = await runConche(["token", "create", name, "--role", role, "--data", data]);
  assert.equal(code, 0, err);
  return { authorization: `Bearer ${out.trim()}` };
}

async function running(t: TestContext, data: string): Promise<RunningConche> {
  const center = await startConche(["datacenter", "--data", data, ...PORTS]);
  afterwards(t, () => center.stop("SIGKILL"));
  return center;
}

test("row 39: the first token closes a running data center, a role is kept, a revoked token is nobody at once", async (t) => {
  const data = join(await temporaryFolder(t), "data");
  const center = await running(t, data);
  const ask = async (path: string, headers: Record<string, string> = {}, method = "GET") =>
    (await fetch(`${center.started.http}${path}`, { method, headers })).status;
  assert.equal(await ask("/api/views"), 200, "nobody has to log in on this machine without a token");

  const viewer = await made(data, "Amel Trabelsi", "viewer");
  const quality = await made(data, "Quality", "quality");
  assert.equal(await ask("/api/views"), 401);
  assert.equal(await ask("/metrics"), 401);
  assert.equal(await ask("/healthz"), 200);
  assert.equal(await ask("/api/views", viewer), 200);
  assert.equal(await ask("/metrics", viewer), 200);
  assert.equal(await ask("/api/quarantine/1/replay", viewer, "POST"), 403);
  assert.notEqual(await ask("/api/quarantine/1/replay", quality, "POST"), 403);

  const controller = new AbortController();
  const stream = await fetch(`${center.started.http}/api/live`, {
    headers: viewer,
    signal: controller.signal,
  });
  const listed = await runConche(["token", "list", "--data", data, "--json"]);
  const { tokens } = JSON.parse(listed.out) as { tokens: { name: string; last_used_at: string | null }[] };
  assert.deepEqual(
    tokens.map(({ name }) => name),
    ["Amel Trabelsi", "Quality"],
  );
  assert.ok(tokens[0]?.last_used_at);
  const revoked = await runConche(["token", "revoke", "Amel Trabelsi", "--data", data]);
  assert.equal(revoked.code, 0, revoked.err);
  assert.equal(await ask("/api/views", viewer), 401);
  // It ends by itself, or this waits for ever.
  for await (const _part of stream.body ?? []);
  controller.abort();

  const metrics = await fetch(`${center.started.http}/metrics`, { headers: quality });
  const text = await metrics.text();
  assert.match(text, /^conche_audit_events_total\{kind="request-refused"\} [1-9]/m);
  assert.match(text, /^conche_audit_events_total\{kind="login-refused"\} [1-9]/m);
  assert.equal(await center.stop("SIGTERM"), 0);
  const audit = await runConche(["audit", "list", "--data", data, "--json"]);
  const kinds = audit.out
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { kind: string }).kind);
  for (const kind of ["token-created", "token-revoked", "request-refused", "login-refused"]) {
    assert.ok(kinds.includes(kind), `${kind} is missing in ${kinds}`);
  }
  const chain = await runConche(["audit", "verify", "--data", data]);
  assert.equal(chain.code, 0, chain.out + chain.err);
});

test("row 39: beyond this machine without token and certificate nothing is served; with a token, to whoever has it", async (t) => {
  const data = join(await temporaryFolder(t), "data");
  const words = ["--data", data, "--http-host", "0.0.0.0", "--http-port", "0", "--for", "1"];
  for (const verb of [
    ["datacenter", "--mqtt-port", "0"],
    ["up", "--mqtt-port", "0", "--history", "none"],
  ]) {
    const refused = await runConche([...verb, ...words]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.err, /CONCHE_HTTP_UNPROTECTED[\s\S]*0\.0\.0\.0[\s\S]*conche token create/);
  }
  const admin = await made(data, "admin", "admin");
  const center = await startConche(["datacenter", "--data", data, "--http-host", "0.0.0.0", ...PORTS]);
  afterwards(t, () => center.stop("SIGKILL"));
  await center.event(({ code }) => code === "http-unencrypted");
  const url = `http://127.0.0.1:${new URL(String(center.started.http)).port}/api/views`;
  assert.equal((await fetch(url)).status, 401);
  assert.equal((await fetch(url, { headers: admin })).status, 200);
  assert.equal(await center.stop("SIGTERM"), 0);
});

test("row 39: an edge's metrics are whoever's has a token of its outbox, once there is one", async (t) => {
  const outbox = join(await temporaryFolder(t), "outbox");
  const ports = ["--mqtt-port", "0", "--http-port", "0"];
  const edge = await startConche(["edge", "--cloud", "mqtt://127.0.0.1:1", "--outbox", outbox, ...ports]);
  afterwards(t, () => edge.stop("SIGKILL"));
  const status = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(`${edge.started.http}${path}`, { headers })).status;
  assert.equal(await status("/metrics"), 200);
  const prometheus = await made(outbox, "prometheus", "viewer");
  assert.equal(await status("/metrics"), 401);
  assert.equal(await status("/metrics", prometheus), 200);
  assert.equal(await status("/healthz"), 200);
  assert.equal(await edge.stop("SIGTERM"), 0);
});

test("row 39: what is wrong with a token's name, role or time is said", async (t) => {
  const data = join(await temporaryFolder(t), "data");
  const create = (...words: string[]) => runConche(["token", "create", ...words, "--data", data]);
  assert.match(
    (await create("Amel")).err,
    /CONCHE_USAGE.*--role is needed: one of viewer, operator, quality, admin/,
  );
  assert.match((await create("Amel", "--role", "boss")).err, /--role.*must be one of viewer/);
  assert.match((await create("<b>", "--role", "viewer")).err, /CONCHE_TOKEN_NAME/);
  assert.match((await create("Amel", "--role", "viewer", "--expires", "soon")).err, /time span/);
  const { out, err } = await create("Amel", "--role", "viewer", "--expires", "30d");
  assert.match(out, /^conche_[\w-]{43}\n$/);
  assert.match(err, /Amel: viewer, until 20\d\d-/);
  assert.match((await create("Amel", "--role", "viewer")).err, /CONCHE_TOKEN_NAME.*already/);
  await create("Wall", "--role", "viewer");
  await create("Gone", "--role", "admin");
  await runConche(["token", "revoke", "Gone", "--data", data]);
  const table = await runConche(["token", "list", "--all", "--data", data]);
  assert.match(table.out, /^Wall +viewer .* no end +never$/m);
  assert.match(table.out, /^Gone +admin .* it was revoked +never$/m);
  assert.match(table.out, /^3 of 3 that were made$/m);
  assert.match((await runConche(["token", "revoke", "Nobody", "--data", data])).err, /CONCHE_TOKEN_UNKNOWN/);
  const none = await runConche(["token", "list", "--data", join(data, "none")]);
  assert.match(none.out, /no token was made/);
});
