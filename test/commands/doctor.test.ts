import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { openMessageLog } from "../../src/adapters/sqlite/log/open-message-log.ts";
import { atLeast } from "../../src/commands/doctor/check-machine.ts";
import { afterwards } from "../servers/afterwards.ts";
import { filledLog, record } from "./filled-log.ts";
import { runConche } from "./run-conche.ts";

interface FoundLine {
  readonly check: string;
  readonly verdict: string;
  readonly detail: string;
  readonly hint: string | null;
}

async function temporary(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "conche-doctor-"));
  afterwards(context, () => rm(folder, { recursive: true }));
  return folder;
}

async function listening(context: TestContext, server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(context, () => server.close());
  return String((server.address() as AddressInfo).port);
}

/** What the doctor finds, by check. */
async function found(words: readonly string[]) {
  const { code, out, err } = await runConche(["doctor", "--json", ...words]);
  assert.equal(err, "");
  const findings = out
    .trimEnd()
    .split("\n")
    .map((line): FoundLine => JSON.parse(line));
  return { code, by: new Map(findings.map((finding) => [finding.check, finding])) };
}

test("before the first start, everything is fine, and nothing is left behind", async (context) => {
  const folder = await temporary(context);
  const { code, by } = await found(["--data", join(folder, "data"), "--mqtt-port", "0", "--http-port", "0"]);
  assert.deepEqual(
    [...by.values()].filter(({ verdict }) => verdict === "fail"),
    [],
  );
  assert.equal(code, 0);
  assert.match(String(by.get("data folder")?.detail), /will be made at the first start/);
  assert.match(String(by.get("fsync")?.detail), /^median \d+\.\d\d ms, longest/);
  assert.match(String(by.get("plant")?.detail), /chocolate\.yaml: tunis-01; 1 line, \d+ machines/);
  assert.deepEqual(await readdir(folder), []);
});

test("what would fail is found with what to do, all at once, and the exit code is 1", async (context) => {
  const folder = await temporary(context);
  await writeFile(join(folder, "file"), "");
  await writeFile(join(folder, "plant.yaml"), "sites: 1\n");
  const taken = await listening(context, createServer());
  const places = ["--data", join(folder, "file", "data"), "--plant", join(folder, "plant.yaml")];
  const { code, by } = await found([
    ...places,
    "--mqtt-host",
    "0.0.0.0",
    "--mqtt-port",
    "0",
    "--http-port",
    taken,
  ]);
  assert.equal(code, 1);
  const failing = [...by.values()].filter(({ verdict }) => verdict === "fail");
  assert.deepEqual(
    failing.map(({ check }) => check),
    ["plant", "data folder", "HTTP port", "access"],
  );
  for (const { check, hint } of failing) assert.ok(hint !== null && hint !== "", check);
});

test("who may use dashboard and API: on this machine everybody without a token, elsewhere nobody", async (context) => {
  const folder = await temporary(context);
  const ports = ["--data", folder, "--mqtt-port", "0", "--http-port", "0"];
  const beyond = [...ports, "--http-host", "0.0.0.0"];
  assert.match(String((await found(ports)).by.get("logins")?.detail), /everybody on this machine/);
  const refused = await found(beyond);
  assert.deepEqual([refused.code, refused.by.get("logins")?.verdict], [1, "fail"]);
  assert.match(String(refused.by.get("logins")?.hint), /conche token create/);
  await runConche(["token", "create", "Amel", "--role", "viewer", "--data", folder]);
  assert.match(String((await found(ports)).by.get("logins")?.detail), /one of 1 token/);
  const warned = (await found(beyond)).by.get("logins");
  assert.deepEqual([warned?.verdict, warned?.detail], ["warn", "HTTP on 0.0.0.0 is not encrypted"]);
});

test("ports that a running data center holds are fine", async (context) => {
  const folder = await temporary(context);
  const health = createHttpServer((_, response) =>
    response.end(JSON.stringify({ status: "alive", checks: [] })),
  );
  const [http, mqtt] = await Promise.all([listening(context, health), listening(context, createServer())]);
  const { by } = await found(["--data", folder, "--http-port", http, "--mqtt-port", mqtt]);
  assert.match(String(by.get("HTTP port")?.detail), /a data center listens/);
  assert.match(String(by.get("MQTT port")?.detail), /a data center listens/);
});

test("another broker is asked, and none of our own ports then", async (context) => {
  const folder = await temporary(context);
  const server = createServer();
  const port = await listening(context, server);
  await new Promise((resolve) => server.close(resolve));
  const { code, by } = await found([
    "--data",
    folder,
    "--broker",
    `mqtt://u:geheim@127.0.0.1:${port}`,
    "--http-port",
    "0",
  ]);
  assert.equal(code, 1);
  assert.equal(by.get("MQTT port"), undefined);
  assert.match(String(by.get("broker")?.detail), /ECONNREFUSED/);
  assert.doesNotMatch(JSON.stringify([...by]), /geheim/);
});

test("a log is looked into: a sound one, one that is being written, a damaged one, one of the first program", async (context) => {
  const data = await filledLog(context, [record(0, "state"), record(1, "state")]);
  const ports = ["--mqtt-port", "0", "--http-port", "0"];
  const database = async () => (await found(["--data", data, ...ports])).by.get("database");
  assert.match(String((await database())?.detail), /^2 messages, .* schema version \d+, nobody writes it$/);

  const log = await openMessageLog(data);
  const written = await database();
  await log.close();
  assert.deepEqual(
    [written?.verdict, written?.detail.includes(`written by process ${process.pid} since 20`)],
    ["ok", true],
  );

  const file = join(data, "datacenter_messages.db");
  const db = new DatabaseSync(file);
  db.exec("UPDATE mqtt_messages SET payload_json = '{}' WHERE id = 2");
  db.close();
  assert.deepEqual([(await database())?.verdict, (await database())?.hint !== null], ["fail", true]);

  for (const name of await readdir(data)) await rm(join(data, name));
  const first = new DatabaseSync(file);
  first.exec(
    "CREATE TABLE mqtt_messages (id INTEGER PRIMARY KEY AUTOINCREMENT, ts TEXT, topic TEXT, payload_json TEXT)",
  );
  first.close();
  assert.match(String((await database())?.detail), /the next start carries it over$/);
});

test("for people, it is a table", async (context) => {
  const folder = await temporary(context);
  const { out } = await runConche(["doctor", "--data", folder, "--mqtt-port", "0", "--http-port", "0"]);
  assert.match(out, /^check +found\n(?:.*\n)*Node +ok +\d+\./);
});

test("versions are compared by number", () => {
  assert.ok(atLeast("26.10.0", "24.15.0"));
  assert.ok(atLeast("3.51.10", "3.51.3"));
  assert.ok(atLeast("27.0.0-nightly1", "26.10.0"));
  assert.ok(!atLeast("24.9.0", "24.15.0"));
  assert.ok(!atLeast("3.51", "3.51.3"));
});
