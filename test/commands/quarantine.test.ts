import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { filledLog, refused } from "./filled-log.ts";
import { CONCHE, runConche } from "./run-conche.ts";

const BYTES = Buffer.from([0x7b, 0xff, 0x00, 0x1b, 0x5b, 0x32, 0x4a]);

test("list shows what is open by reason, and filters", async (context) => {
  const data = await filledLog(context, [], [refused(BYTES), refused(Buffer.from('{"a":'))]);
  const all = await runConche(["quarantine", "list", "--data", data]);
  assert.match(
    all.out,
    /^id +received +reason +bytes +topic +detail\n 1 +2026-01-11T08:00:00\.000Z +json +7 +factory/,
  );
  assert.match(all.out, /\nopen: 2 json\n$/);
  const json = await runConche(["quarantine", "list", "--data", data, "--json", "--limit", "1"]);
  assert.equal(JSON.parse(json.out).payload_bytes, 7);
  assert.equal(json.err, "1 shown, there are more: --limit N\n");
  const none = await runConche(["quarantine", "list", "--data", data, "--reason", "schema"]);
  assert.match(none.out, /^nothing of that in quarantine\n/);
  const wrong = await runConche(["quarantine", "list", "--data", data, "--reason", "jsn"]);
  assert.match(wrong.err, /--reason = "jsn": must be one of .*, did you mean json\?/);
});

test("show gives everything that is known, the payload as text or in hexadecimal, and can't act on the terminal", async (context) => {
  const data = await filledLog(context, [], [refused(BYTES), refused(Buffer.from('{"a":"\u001b[2J\n'))]);
  const binary = await runConche(["quarantine", "show", "1", "--data", data]);
  assert.match(binary.out, /^reason +json$/m);
  assert.match(binary.out, /payload, 7 bytes, not UTF-8:\n00000000 {2}7b ff 00 1b 5b 32 4a +\{\.\.\.\[2J\n$/);
  const text = await runConche(["quarantine", "show", "2", "--data", data]);
  assert.match(text.out, /payload, 11 bytes:\n\{"a":"\\x1b\[2J\n/);
  const json = await runConche(["quarantine", "show", "1", "--data", data, "--json"]);
  assert.deepEqual(Buffer.from(JSON.parse(json.out).payload_base64, "base64"), BYTES);
});

test("show --raw gives the bytes as they came", async (context) => {
  const data = await filledLog(context, [], [refused(BYTES)]);
  const words = ["quarantine", "show", "1", "--data", data, "--raw"];
  assert.deepEqual(spawnSync(process.execPath, [...CONCHE, ...words]).stdout, BYTES);
});

test("a number that isn't there, or is none, is an error", async (context) => {
  const data = await filledLog(context, []);
  const unknown = await runConche(["quarantine", "show", "5", "--data", data]);
  assert.match(unknown.err, /^conche: CONCHE_QUARANTINE_UNKNOWN: /);
  const none = await runConche(["quarantine", "show", "x", "--data", data]);
  assert.match(none.err, /^conche: CONCHE_USAGE: 'x' is not the number/);
  assert.deepEqual([unknown.code, none.code], [1, 2]);
});
