import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { addPassword, PasswordFile } from "../../../src/adapters/credentials/password-file.ts";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

const NO_MOSQUITTO_PASSWD: string | false =
  process.env.CI === undefined &&
  spawnSync("mosquitto_passwd", ["--help"]).error !== undefined &&
  "needs mosquitto_passwd: apt-get install mosquitto";

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "conche-passwords-"));
  afterwards(t, () => rm(path, { recursive: true, force: true }));
  return path;
}

async function users(t: TestContext, entries: Record<string, string>): Promise<string> {
  const file = join(await folder(t), "passwords");
  for (const [user, password] of Object.entries(entries)) await addPassword(file, user, password);
  return file;
}

const secret = (text: string) => ({ password: Buffer.from(text) });
const unexpected = (error: ConcheError) => assert.fail(error);

test("addPassword writes what the broker and mosquitto_passwd read", async (t) => {
  const path = await folder(t);
  const file = join(path, "passwords");
  await addPassword(file, "temper-01", "first");
  await addPassword(file, "conche-01", "geheim:ß$");
  await addPassword(file, "temper-01", "second");
  const passwords = await PasswordFile.load(file, unexpected);
  assert.equal(await passwords.login("temper-01", Buffer.from("second")), "accepted");
  assert.equal(await passwords.login("temper-01", Buffer.from("second")), "accepted", "again, from memory");
  assert.equal(await passwords.login("temper-01", Buffer.from("first")), "wrong");
  assert.equal(await passwords.login("conche-01", Buffer.from("geheim:ß$")), "accepted");
  assert.equal(await passwords.login("nobody", Buffer.from("second")), "wrong");
  assert.equal((await readFile(file, "utf8")).split("\n").length, 3, "two lines");
  assert.deepEqual(await readdir(path), ["passwords"], "no draft is left");
  if (process.platform !== "win32") assert.equal((await stat(file)).mode & 0o777, 0o600);
});

test("addPassword keeps the other lines, comments too", async (t) => {
  const file = join(await folder(t), "passwords");
  await writeFile(file, "# machines of line-a\r\n\r\n");
  await addPassword(file, "one", "1");
  await addPassword(file, "two", "2");
  const lines = (await readFile(file, "utf8")).split("\n");
  assert.deepEqual([lines[0], lines[1], lines.length], ["# machines of line-a", "", 5]);
});

test("addPassword refuses what can't be a user, and a file that is none", async (t) => {
  const path = await folder(t);
  const file = join(path, "passwords");
  for (const [user, password] of [
    ["", "x"],
    ["a:b", "x"],
    ["a\nb", "x"],
    ["#a", "x"],
    ["x".repeat(257), "x"],
    ["a", ""],
  ] as const) {
    await assert.rejects(addPassword(file, user, password), { code: "CONCHE_PASSWORDS_INVALID" });
  }
  await writeFile(file, "plain text\n");
  await assert.rejects(addPassword(file, "a", "x"), { code: "CONCHE_PASSWORDS_INVALID" });
  assert.equal(await readFile(file, "utf8"), "plain text\n");
  await assert.rejects(addPassword(join(path, "no", "folder"), "a", "x"), {
    code: "CONCHE_OUTPUT_UNWRITABLE",
  });
});

test("all lines that can't be used are named, without their content", async (t) => {
  const file = join(await folder(t), "passwords");
  await addPassword(file, "good", "x");
  const good = await readFile(file, "utf8");
  await writeFile(
    file,
    `${good}plain:secret\n# fine\n\nno colon\n${good}short:$7$101$YWJj$YWJj\n:$6$YWJj$YWJj\n`,
  );
  await assert.rejects(PasswordFile.load(file, unexpected), (error) => {
    assert.ok(error instanceof ConcheError);
    assert.equal(error.code, "CONCHE_PASSWORDS_INVALID");
    const lines = [...error.message.matchAll(/line (\d+)/g)].map(([, line]) => Number(line));
    assert.deepEqual(lines, [2, 5, 6, 7, 8]);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  await assert.rejects(PasswordFile.load(`${file}.none`, unexpected), { code: "CONCHE_PASSWORDS_INVALID" });
});

test("files of mosquitto_passwd are read, and it reads ours", { skip: NO_MOSQUITTO_PASSWD }, async (t) => {
  const file = join(await folder(t), "passwords");
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync("mosquitto_passwd", args);
    assert.equal(status, 0, String(stderr));
  };
  run("-c", "-b", file, "pbkdf2", "päss word");
  run("-H", "sha512", "-b", file, "sha512", "old$way");
  await addPassword(file, "ours", "third");
  run("-b", file, "after", "fourth");
  const passwords = await PasswordFile.load(file, unexpected);
  for (const [user, password] of [
    ["pbkdf2", "päss word"],
    ["sha512", "old$way"],
    ["ours", "third"],
    ["after", "fourth"],
  ] as const) {
    assert.equal(await passwords.login(user, Buffer.from(password)), "accepted", user);
    assert.equal(await passwords.login(user, Buffer.from(`${password} `)), "wrong", user);
  }
});

test("a change of the file counts at the next attempt; a broken one leaves the users as they were", async (t) => {
  const file = await users(t, { machine: "old" });
  const problems: ConcheError[] = [];
  const passwords = await PasswordFile.load(file, (error) => problems.push(error));
  assert.equal(await passwords.login("machine", Buffer.from("old")), "accepted");
  await addPassword(file, "machine", "new");
  assert.equal(await passwords.login("machine", Buffer.from("old")), "wrong");
  assert.equal(await passwords.login("machine", Buffer.from("new")), "accepted");
  await writeFile(file, "machine:new\n");
  assert.equal(await passwords.login("machine", Buffer.from("new")), "accepted");
  await rm(file);
  assert.equal(await passwords.login("machine", Buffer.from("new")), "accepted");
  assert.deepEqual(
    problems.map(({ code }) => code),
    ["CONCHE_PASSWORDS_INVALID", "CONCHE_PASSWORDS_INVALID"],
  );
});

test("more attempts at once than can be tried are turned away", async (t) => {
  const salt = Buffer.from("salt").toString("base64");
  const hash = createHash("sha512").update("x").digest("base64");
  const file = join(await folder(t), "passwords");
  await writeFile(file, `machine:$7$1000$${salt}$${hash}\n`);
  const passwords = await PasswordFile.load(file, unexpected);
  const results = await Promise.all(
    Array.from({ length: 500 }, (_, index) => passwords.login("machine", Buffer.from(`guess ${index}`))),
  );
  assert.ok(results.includes("busy"));
  assert.ok(results.includes("wrong"));
  assert.equal(await passwords.login("machine", Buffer.from("later")), "wrong");
});

test("with a password file, nobody connects without a password", async (t) => {
  const { port, broker } = await startBroker(t, { passwordFile: await users(t, { machine: "right" }) });
  const attempt = async (version: 4 | 5, more: object) => {
    const client = RawClient.open(port, version);
    client.connect("conche-01", more);
    const { reasonCode, returnCode } = await client.expect("connack");
    client.cut();
    return reasonCode ?? returnCode;
  };
  assert.equal(await attempt(5, {}), 0x87);
  assert.equal(await attempt(4, {}), 5);
  assert.equal(await attempt(5, { username: "machine" }), 0x87);
  assert.equal(await attempt(5, { username: "machine", ...secret("wrong") }), 0x86);
  assert.equal(await attempt(4, { username: "machine", ...secret("wrong") }), 4);
  assert.equal(await attempt(5, { username: "nobody", ...secret("right") }), 0x86);
  assert.equal(await attempt(5, { username: "machine", ...secret("right") }), 0);
  assert.equal(await attempt(4, { username: "machine", ...secret("right") }), 0);
  assert.equal(broker.stats().refused.credentials, 6);
});

test("with a password file, the broker may listen beyond loopback", async (t) => {
  const { port, sink } = await startBroker(t, {
    host: "0.0.0.0",
    passwordFile: await users(t, { machine: "right" }),
  });
  const client = await RawClient.connected(port, 5, "conche-01", { username: "machine", ...secret("right") });
  client.publish(TOPIC, "hello", 1, 1);
  await client.expect("puback");
  assert.deepEqual(sink.texts(), ["hello"]);
});

test("an address that tries passwords is refused unread after a few", async (t) => {
  const { port, broker } = await startBroker(t, {
    passwordFile: await users(t, { machine: "right" }),
    limits: { failedLogins: 3 },
  });
  const attempt = async (password: string) => {
    const client = RawClient.open(port, 5);
    client.connect("conche-01", { username: "machine", ...secret(password) });
    return (await client.expect("connack")).reasonCode;
  };
  for (const guess of ["a", "b", "c"]) assert.equal(await attempt(guess), 0x86);
  assert.equal(await attempt("d"), 0x9f);
  assert.equal(await attempt("right"), 0x9f);
  assert.equal(broker.stats().refused["too-many-attempts"], 2);
});

test("wrong passwords of others from the same address lock out no right one", async (t) => {
  const { port } = await startBroker(t, {
    passwordFile: await users(t, { machine: "right", other: "fine" }),
    limits: { failedLogins: 2 },
  });
  const attempt = async (username: string, password: string) => {
    const client = RawClient.open(port, 5);
    client.connect(username, { username, ...secret(password) });
    return (await client.expect("connack")).reasonCode;
  };
  assert.equal(await attempt("machine", "right"), 0);
  for (let guess = 0; guess < 25; guess++) await attempt("machine", `guess ${guess}`);
  assert.equal(await attempt("machine", "another guess"), 0x9f);
  assert.equal(await attempt("machine", "right"), 0, "a password that is known to be right always counts");
  assert.equal(await attempt("other", "fine"), 0, "and so does another user's, known or not");
  for (let user = 0; user < 25; user++) await attempt(`nobody ${user}`, "x");
  assert.equal(await attempt("machine", "right"), 0, "also when everybody else from there is refused unread");
});

test("attempts of one origin don't fill the queue for others", async (t) => {
  const file = await users(t, { machine: "right" });
  const passwords = await PasswordFile.load(file, unexpected);
  const flood = Array.from({ length: 400 }, (_, index) =>
    passwords.login("machine", Buffer.from(`guess ${index}`), `2001:db8::${index % 2}/64`),
  );
  // The flood waits when this one comes.
  await new Promise((resolve) => setImmediate(resolve));
  const one = passwords.login("machine", Buffer.from("right"), "10.0.0.1");
  let over = 0;
  for (const attempt of flood) void attempt.then((result) => (over += result === "wrong" ? 1 : 0));
  assert.equal(await one, "accepted");
  assert.ok(over < 20, `${over} guesses came before it`);
  assert.ok((await Promise.all(flood)).includes("busy"));
});

test("nobody takes over the client identifier or the session of another user", async (t) => {
  const passwordFile = await users(t, { machine: "m", other: "o" });
  const { port, broker } = await startBroker(t, { passwordFile });
  const machine = { username: "machine", ...secret("m"), clean: false };
  const other = { username: "other", ...secret("o"), clean: false };
  const victim = await RawClient.connected(port, 4, "conche-01", machine);
  victim.subscribe(1, ["factory/#", 1]);
  await victim.expect("suback");
  const thief = RawClient.open(port, 5);
  thief.connect("conche-01", other);
  assert.equal((await thief.expect("connack")).reasonCode, 0x87);
  await victim.ping();
  victim.cut();
  await victim.closed;
  const patient = RawClient.open(port, 4);
  patient.connect("conche-01", other);
  assert.equal((await patient.expect("connack")).returnCode, 5);
  const again = RawClient.open(port, 4);
  again.connect("conche-01", machine);
  assert.equal((await again.expect("connack")).sessionPresent, true);
  assert.equal(broker.stats().refused["session-of-other-user"], 2);
});
