import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
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

const TELEMETRY = "factory/tunis-01/line-a/s5_tempering/temper-01/telemetry";
const WRONG = '{"ts":"2026-01-11T08:00:00Z","product_type":"dark","tags":{"temp_c":[1]}}';
const RIGHT =
  '{"ts":"2026-01-11T08:00:00Z","product_type":"dark","batch_id":"B20260111-DA-0042","tags":{"temp_c":31.4}}';
const AMEL = ["--by", "Amel", "--why", "the panel of the new fitter"];

async function wrongTelemetry(context: TestContext): Promise<string> {
  const telemetry = { topic: TELEMETRY, machine: null, reason: "schema" } as const;
  const message = { ...refused(Buffer.from(WRONG)), ...telemetry };
  return filledLog(context, [], [message, refused(Buffer.from("{"))]);
}

test("correct says all that is still wrong, then stores the copy; the original stays, with who and why", async (context) => {
  const data = await wrongTelemetry(context);
  const file = join(data, "copy.json");
  await writeFile(file, `${WRONG}\n`);
  const words = ["quarantine", "correct", "1", file, "--data", data];
  const nobody = await runConche(words);
  assert.match(nobody.err, /CONCHE_USAGE: who decides it, and why/);
  const still = await runConche([...words, ...AMEL]);
  assert.equal(still.code, 1);
  assert.match(still.out, /^1: still refused: schema: /);
  for (const fault of ["/batch_id is required", "/tags/temp_c"])
    assert.ok(still.out.includes(fault), still.out);
  await writeFile(file, `${RIGHT}\n`);
  const done = await runConche([...words, ...AMEL]);
  assert.equal(done.out, "1: the corrected copy is stored; the original stays in quarantine\n", done.err);
  const stored = JSON.parse((await runConche(["log", "query", "--data", data, "--json"])).out);
  assert.ok(stored.flags.includes("corrected"));
  const shown = JSON.parse((await runConche(["quarantine", "show", "1", "--data", data, "--json"])).out);
  assert.equal(Buffer.from(shown.payload_base64, "base64").toString(), WRONG, "byte by byte");
  assert.deepEqual([shown.state, shown.decided_by, shown.why], ["corrected", "Amel", AMEL[3]]);
  const twice = await runConche([...words, ...AMEL]);
  assert.match(
    twice.err,
    /CONCHE_ACTION_REFUSED: message 1 was corrected before, by Amel at 20.*: the panel/,
  );
  const verify = await runConche(["verify", "--data", data]);
  assert.equal(verify.code, 0, verify.out);
});

test("a corrected topic counts, and a number can't become another's", async (context) => {
  const elsewhere = {
    ...refused(Buffer.from(RIGHT)),
    topic: "factory/tunis",
    machine: null,
    reason: "topic",
  } as const;
  const numbered = { ...refused(Buffer.from(WRONG)), topic: TELEMETRY, boot: "boot-0001", seq: 7 };
  const data = await filledLog(context, [], [elsewhere, numbered]);
  const file = join(data, "copy.json");
  await writeFile(file, RIGHT);
  const correct = (id: string, ...more: string[]) =>
    runConche(["quarantine", "correct", id, file, "--data", data, ...AMEL, ...more]);
  const moved = await correct("1", "--topic", TELEMETRY);
  assert.match(moved.out, /^1: the corrected copy is stored/, moved.err);
  const lost = await correct("2");
  assert.match(lost.out, /^2: still refused: identity: it is number 7 of .*temper-01, boot boot-0001/);
});

test("dismiss wants to know which, who and why; nothing is deleted, and it can still be shown", async (context) => {
  const data = await wrongTelemetry(context);
  const which = await runConche(["quarantine", "dismiss", "--data", data, ...AMEL]);
  assert.match(which.err, /CONCHE_USAGE: which messages are to be dismissed\?/);
  const oddly = ["--by", "A\u2066", "--why", "x"];
  const odd = await runConche(["quarantine", "dismiss", "--id", "2", "--data", data, ...oddly]);
  assert.match(odd.err, /--by = .*holds U\+2066/);
  const done = await runConche(["quarantine", "dismiss", "--reason", "json", "--data", data, ...AMEL]);
  assert.equal(done.out, "1 message dismissed\n", done.err);
  const list = await runConche(["quarantine", "list", "--data", data]);
  assert.match(list.out, /\nopen: 1 schema; dismissed: 1\n$/);
  const again = await runConche(["quarantine", "dismiss", "--id", "2", "--data", data, ...AMEL]);
  assert.deepEqual([again.code, again.out], [1, "0 messages dismissed\n"]);
  assert.match(again.err, /^conche: message 2 was dismissed before, by Amel at 20.*: the panel of/);
  const dismissed = await runConche(["quarantine", "list", "--state", "dismissed", "--data", data, "--json"]);
  assert.equal(JSON.parse(dismissed.out).decided_by, "Amel");
  const all = await runConche(["quarantine", "dismiss", "--all", "--data", data, "--json", ...AMEL]);
  assert.equal(JSON.parse(all.out).dismissed, 1);
  assert.equal((await runConche(["verify", "--data", data])).code, 0);
});

test("list, replay and dismiss choose by time and text, too", async (context) => {
  const data = await wrongTelemetry(context);
  const ids = async (...words: string[]) => {
    const { out } = await runConche(["quarantine", "list", "--data", data, "--json", ...words]);
    return out
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line).id);
  };
  assert.deepEqual(await ids("--text", "/TELEMETRY"), [1]);
  assert.deepEqual(await ids("--until", "2026-01-11T08:00:00Z"), []);
  assert.deepEqual(await ids("--since", "2026-01-11T08:00:00Z"), [1, 2]);
  const replay = await runConche(["quarantine", "replay", "--data", data, "--text", "telemetry", "--json"]);
  assert.equal(JSON.parse(replay.out).id, 1);
});
