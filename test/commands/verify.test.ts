import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
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
