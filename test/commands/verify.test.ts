import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { SqliteOutbox } from "../../src/adapters/sqlite/outbox/outbox-sqlite.ts";
import type { MachineKey } from "../../src/contract/topic.ts";
import { afterwards } from "../servers/afterwards.ts";
import { filledLog, record, refused } from "./filled-log.ts";
import { runConche } from "./run-conche.ts";

test("verify adds up a log and exits with 0", async (context) => {
  const messages = Array.from({ length: 50 }, (_, index) => record(index, "telemetry"));
  const data = await filledLog(context, messages, [refused(Buffer.from("{"))]);
  const text = await runConche(["verify", "--data", data]);
  assert.deepEqual([text.code, text.err], [0, ""]);
  assert.match(
    text.out,
    /^50 messages in the log\nreceived 51 = stored 50 \+ duplicates 0 \+ quarantined 1\n/,
  );
  assert.match(text.out, /\neverything adds up\n$/);
  const json = await runConche(["verify", "--data", data, "--json"]);
  const report = JSON.parse(json.out);
  assert.deepEqual([report.ok, report.rows, report.findings], [true, 50, []]);
});

test("verify lists what contradicts and exits with 1", async (context) => {
  const messages = Array.from({ length: 50 }, (_, index) => record(index, "telemetry"));
  const data = await filledLog(context, messages);
  const db = new DatabaseSync(join(data, "datacenter_messages.db"));
  db.exec("UPDATE mqtt_messages SET payload_json = '{\"forged\":1}' WHERE id = 7");
  db.close();
  const { code, out, err } = await runConche(["verify", "--data", data]);
  assert.equal(code, 1);
  assert.match(out, /^content: stored messages are not the bytes that were committed/m);
  assert.match(out, /\n1 contradiction\n$/);
  assert.match(
    err,
    /^conche: CONCHE_VERIFY_FAILED: .* does not add up: 1 contradiction, listed above\n {2}what to do: /,
  );
});

test("without a log, verify says so", async (context) => {
  const data = await filledLog(context, []);
  const { code, err } = await runConche(["verify", "--data", join(data, "none")]);
  assert.equal(code, 1);
  assert.match(err, /^conche: CONCHE_LOG_MISSING: /);
});

/** A folder with an outbox in which three forwarded messages wait, and one was receipted. */
async function filledOutbox(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "conche-outbox-"));
  afterwards(context, () => rm(folder, { recursive: true }));
  const outbox = await SqliteOutbox.open({ folder, telemetryBytes: 1_000_000 }, Date.now());
  const publisher = { machine: "tunis-01/line-a/s5_tempering/temper-01" as MachineKey, boot: "boot-0001" };
  const waiting = { publisher, type: "alarm", durable: true, payload: Buffer.from("{}"), raw: {} } as const;
  await outbox.append([1, 2, 3, 4].map((seq) => ({ ...waiting, seq })));
  await outbox.delete(publisher, [[1, 1]]);
  await outbox.close();
  return folder;
}

test("verify --outbox adds an outbox up, tells what waits, and exits with 0", async (context) => {
  const folder = await filledOutbox(context);
  const text = await runConche(["verify", "--outbox", folder]);
  assert.deepEqual([text.code, text.err], [0, ""]);
  assert.match(text.out, /^outbox [0-9a-f-]{36}, not open\ntaken 4 = receipted 1 \+ waiting 3\n/);
  assert.match(text.out, /\n3 messages of 1 machine wait \(204 bytes\), the oldest since 20\d\d-/);
  assert.match(text.out, /temper-01 +boot-0001 +4 +4 +1 +0 +3 +0 +204 +20\d\d-/);
  assert.match(text.out, /\neverything adds up\n$/);
  const json = await runConche(["verify", "--outbox", folder, "--json"]);
  const { ok, waiting, machines, oldestAt } = JSON.parse(json.out);
  assert.deepEqual([ok, waiting.durable], [true, { messages: 3, bytes: 204 }]);
  assert.equal(machines[0].boots[0].oldestAt, oldestAt);
  assert.equal(new Date(oldestAt).toISOString(), oldestAt);
});

test("verify --outbox lists what contradicts and exits with 1; without an outbox it says so", async (context) => {
  const folder = await filledOutbox(context);
  const db = new DatabaseSync(join(folder, "outbox.db"));
  db.exec("DELETE FROM durable WHERE seq = 3");
  db.close();
  const { code, out, err } = await runConche(["verify", "--outbox", folder]);
  assert.equal(code, 1);
  assert.match(out, /^books: what was taken is not what was receipted, dropped and still waits/m);
  assert.match(out, /\n2 contradictions\n$/);
  assert.match(
    err,
    /^conche: CONCHE_OUTBOX_VERIFY_FAILED: .* 2 contradictions, listed above\n {2}what to do: keep /,
  );
  const none = await runConche(["verify", "--outbox", join(folder, "none")]);
  assert.deepEqual([none.code, none.out], [1, ""]);
  assert.match(none.err, /^conche: CONCHE_OUTBOX_MISSING: there is no outbox in /);
  const other = await runConche(["verify", "--data", folder]);
  assert.match(
    other.err,
    /^conche: CONCHE_LOG_MISSING: .*\n {2}what to do: it is an outbox: conche verify --outbox /,
  );
});
