import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { openMessageLog } from "../../src/adapters/sqlite/log/open-message-log.ts";
import { GroupMaker, MACHINE, record } from "../log/log-records.ts";
import { append, filledLog, refused, record as unnumbered } from "./filled-log.ts";
import { runConche } from "./run-conche.ts";

/** A log in which number 3 of 1 to 5 is missing and number 2 came late. */
async function logWithGap(context: TestContext): Promise<string> {
  const data = await filledLog(context, []);
  const log = await openMessageLog(data);
  const maker = new GroupMaker(await log.totals());
  await log.commit(maker.group([1, 4, 5, 2].map((seq) => record(seq))));
  await log.close();
  return data;
}

test("report completeness says what is stored, missing and refilled, for people, programs and spreadsheets", async (context) => {
  const data = await logWithGap(context);
  const text = await runConche(["report", "completeness", "--data", data]);
  assert.deepEqual([text.code, text.err], [0, ""]);
  assert.match(text.out, /^machine +boot +seen +stored +missing +refilled +duplicates +quarantined +clock/);
  assert.match(text.out, new RegExp(`^${MACHINE} +\\S+ +5 +4 +1 +1 +0 +0 .* 3$`, "m"));
  assert.match(text.out, /^1 publisher: seen 5 = stored 4 \+ quarantined 0 \+ missing 1$/m);
  assert.match(text.out, /\n1 publisher of 1 with numbers missing\n$/);

  const json = await runConche(["report", "completeness", "--data", data, "--json"]);
  const { totals, rows } = JSON.parse(json.out);
  assert.deepEqual([totals.seen, totals.stored, totals.missing, totals.refilled], [5, 4, 1, 1]);
  assert.deepEqual(rows[0].missing_ranges, [[3, 3]]);

  const csv = await runConche(["report", "completeness", "--data", data, "--format", "csv"]);
  const [head, row, ...rest] = csv.out.trimEnd().split("\n");
  assert.match(head ?? "", /^machine,boot,highest,stored,missing,.*,missing_numbers$/);
  assert.match(row ?? "", new RegExp(`^${MACHINE},.*,5,4,1,1,0,0,.*,3$`));
  assert.deepEqual(rest, []);
});

test("what came without identity is counted and not judged", async (context) => {
  const messages = [unnumbered(1, "telemetry"), unnumbered(2, "state", {}, "temper-02")];
  const data = await filledLog(context, messages, [refused(Buffer.from("{"))]);
  const { code, out } = await runConche(["report", "completeness", "--data", data, "--strict"]);
  assert.equal(code, 0, out);
  assert.match(out, /temper-01 +\(no identity\) +1 +0 +0 +0 +1 /);
  assert.match(out, /temper-02 +\(no identity\) +1 +0 +0 +0 +0 /);
  assert.match(out, /without identity: 2 messages stored, 1 in quarantine, from 2 machines/);
});

test("--strict makes a missing number an error, --incomplete leaves out who has everything", async (context) => {
  const data = await logWithGap(context);
  const strict = await runConche(["report", "completeness", "--data", data, "--strict", "--incomplete"]);
  assert.equal(strict.code, 1);
  assert.match(strict.err, /^conche: CONCHE_INCOMPLETE: 1 number is missing .*\n {2}what to do: /);
  const elsewhere = ["report", "completeness", "--data", data, "--strict", "--line", "line-z"];
  const none = await runConche(elsewhere);
  assert.deepEqual([none.code, none.out], [1, "no publisher fits\n"]);
  assert.match(none.err, /^conche: CONCHE_INCOMPLETE: no publisher .* fits/);
});

test("a sequence that can't be read is damage, and the error says whose", async (context) => {
  const data = await logWithGap(context);
  const db = new DatabaseSync(join(data, "datacenter_messages.db"));
  db.exec("UPDATE sequences SET missing_json = '[[3,'");
  db.close();
  const { code, err } = await runConche(["report", "completeness", "--data", data]);
  assert.equal(code, 1);
  assert.match(err, new RegExp(`^conche: CONCHE_LOG_CORRUPT: the sequence of ${MACHINE} \\S+ can't be read`));
});

test("what can't be asked is an error that says why", async (context) => {
  const data = await filledLog(context, []);
  const turned = await runConche([
    "report",
    "completeness",
    "--since",
    "1h",
    "--until",
    "2h",
    "--data",
    data,
  ]);
  assert.match(turned.err, /^conche: CONCHE_USAGE: --since .* must be before --until/);
  const torn = await runConche(["report", "completeness", "--json", "--format", "csv", "--data", data]);
  assert.equal(torn.code, 2);
  const { code, message, hint } = JSON.parse(torn.err).error;
  assert.deepEqual([torn.out, code], ["", "CONCHE_USAGE"]);
  assert.match(`${message} ${hint}`, /--format csv .* and --json .* leave one of the two out/);
  const agreed = await runConche(["report", "completeness", "--json", "--format", "json", "--data", data]);
  assert.deepEqual([agreed.code, JSON.parse(agreed.out).rows], [0, []]);
  const unknown = await runConche(["report", "completness"]);
  assert.match(unknown.err, /did you mean completeness\?/);
  const missing = await runConche(["report", "completeness", "--data", `${data}/none`]);
  assert.match(missing.err, /^conche: CONCHE_LOG_MISSING: /);
  assert.deepEqual([turned.code, unknown.code, missing.code], [2, 2, 1]);
});

test("verify and the report say the same of the same log: publishers have numbers, the others are counted apart", async (context) => {
  const data = await logWithGap(context);
  const log = await openMessageLog(data);
  const foreign = { ...refused(Buffer.from("{")), topic: "factory/what" };
  await append(log, [unnumbered(1, "telemetry"), unnumbered(2, "state", {}, "temper-02")], [foreign]);
  await log.close();
  const [report, verified, reportJson, verifiedJson] = await Promise.all(
    [["report", "completeness"], ["verify"], ["report", "completeness", "--json"], ["verify", "--json"]].map(
      (words) => runConche([...words, "--data", data]),
    ),
  );
  assert.match(report?.out ?? "", /^1 publisher: seen 5 /m);
  assert.match(
    report?.out ?? "",
    /^without identity: 2 messages stored, 1 in quarantine, from 2 machines and other topics$/m,
  );
  assert.match(verified?.out ?? "", /^1 publisher: 1 with missing numbers$/m);
  assert.match(
    verified?.out ?? "",
    /^without identity: 2 messages stored, 1 in quarantine, from 2 machines and other topics$/m,
  );
  const { totals, rows } = JSON.parse(reportJson?.out ?? "");
  const { publishers } = JSON.parse(verifiedJson?.out ?? "");
  const figures = (each: Record<string, unknown>) =>
    ["machine", "boot", "stored", "missing", "duplicates", "quarantined"].map((name) => each[name]);
  const byName = (a: unknown[], b: unknown[]) => (String(a) < String(b) ? -1 : 1);
  assert.deepEqual(publishers.map(figures).sort(byName), rows.map(figures).sort(byName));
  const withBoot = publishers.filter(({ boot }: { boot: unknown }) => boot !== null);
  assert.deepEqual([withBoot.length, totals.publishers, totals.unsequenced], [1, 1, 2]);
});
