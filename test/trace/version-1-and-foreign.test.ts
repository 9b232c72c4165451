import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { withGenealogy } from "../../src/commands/with-genealogy.ts";
import { isUpTopic, type MessageType, parseUpTopic } from "../../src/contract/topic.ts";
import { QUESTIONS } from "../../src/trace/questions/ask/questions.ts";
import { filledLog, record } from "../commands/filled-log.ts";
import { runConche } from "../commands/run-conche.ts";

const BISCUITS = join(import.meta.dirname, "../../plants/biscuits.yaml");
const TEMPERER = "tunis-01/line-a/s5_tempering/temper-01";

/** Messages of a machine, a second apart. */
function said(machine: string, bodies: readonly (readonly [type: MessageType, body: object])[]) {
  return bodies.map(([type, body], at) => {
    const topic = parseUpTopic(`factory/${machine}/${type}`);
    assert.ok(isUpTopic(topic));
    return { ...record(at, type, body), topic };
  });
}

/** A batch as a machine of version 1 tells it: begin, telemetry, an alarm, a result, end. */
const DARK = { product_type: "dark", batch_id: "B20260111-DA-0042" };
const versionOne = said(TEMPERER, [
  ["batch", { event: "BATCH_START", ...DARK }],
  ...Array.from(
    { length: 30 },
    (_, at) => ["telemetry", { ...DARK, tags: { temp_c: 31 + at / 30 } }] as const,
  ),
  ["alarm", { ...DARK, severity: "high", code: "TEMP_OUT_OF_RANGE", message: "too hot" }],
  ["quality", { ...DARK, results: { weight_g: 100.2 } }],
  ["batch", { event: "BATCH_END", ...DARK }],
]);

/** The same of a biscuit oven, of version 2, which numbers its messages. */
const OVEN = "sousse-01/line-1/s3_baking/oven-01";
const BUTTER = { product_type: "butter_biscuit", batch_id: "L260111-BUT-01" };
const ALARM = { alarm_id: "zone_1_temp_c.high", event: "raised", priority: "high", code: "ZONE_1_HIGH" };
const foreign = said(OVEN, [
  ["batch", { event: "BATCH_START", ...BUTTER }],
  ...Array.from(
    { length: 30 },
    (_, at) => ["telemetry", { ...BUTTER, tags: { zone_1_temp_c: 214 + at / 30 } }] as const,
  ),
  ["alarm", { ...BUTTER, ...ALARM, message: "too hot" }],
  ["quality", { ...BUTTER, results: [{ characteristic: "moisture_pct", value: 2.1 }] }],
  ["batch", { event: "BATCH_END", ...BUTTER }],
] as const).map((message, at) => {
  const numbers = { boot: "boot-0001", seq: at + 1 };
  const payload = JSON.stringify({ v: 2, ...numbers, ...JSON.parse(message.payload) });
  return { ...message, ...numbers, version: 2, payload };
});

const CASES = [
  { what: "version 1", machine: TEMPERER, tag: "temp_c", id: DARK.batch_id, messages: versionOne, words: [] },
  {
    ...{ what: "a foreign factory", machine: OVEN, tag: "zone_1_temp_c", id: BUTTER.batch_id },
    messages: foreign,
    words: ["--plant", BISCUITS],
  },
] as const;

suite("what can't be said of a batch without events of material is named, and never looks like 'none'", () => {
  for (const { what, machine, tag, id, messages, words } of CASES)
    test(`${what}: record, trace, recall, due diligence, EPCIS and the questions`, async (context) => {
      const data = await filledLog(context, messages);
      const conche = (...line: string[]) => runConche([...line, "--data", data]);
      const rebuilt = await conche("rebuild", "--json");
      assert.equal(rebuilt.code, 0, rebuilt.err);

      const { seal, courses, alarms, results, coverage, unsaid } = JSON.parse(
        (await conche("batch", "record", id, "--json", ...words)).out,
      );
      assert.deepEqual(
        [seal.messages, alarms.length, results.length, coverage[0].numbered],
        [34, 1, 1, machine === OVEN],
      );
      assert.equal(courses.find((course: { tag: string }) => course.tag === tag).values, 30);
      const unnumbered = machine === OVEN ? [] : ["version 1"];
      for (const part of ["no event says of what", "Procedure", "Recipe", ...unnumbered])
        assert.match(unsaid.join(" "), new RegExp(part));

      for (const line of [
        ["trace", id],
        ["recall", id],
        ["epcis", id],
        ["recall", "--machine", machine, "--from", "2026-01-11T07:00Z", "--to", "2026-01-11T10:00Z"],
      ]) {
        const { code, out, err } = await conche(...line, ...(line[0] === "trace" ? [] : words));
        assert.deepEqual([code, out], [1, ""], `${line.join(" ")}: ${err}`);
        assert.match(err, /CONCHE_MATERIAL_UNKNOWN: .*nobody can tell/);
        assert.match(err, /conche batch record/);
      }
      const cocoa = await conche("eudr", id);
      assert.equal(cocoa.code, 1);
      assert.match(cocoa.out, /Of 1 lots nobody told what they were made of/);

      await withGenealogy(data, { err: process.stderr }, (genealogy) => {
        const span = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
        for (const { number, about, answer } of QUESTIONS) {
          if (answer === undefined) continue;
          const { verdict, rows } = answer(genealogy, {
            ...span,
            of: about === "subject" ? id : undefined,
            atMs: undefined,
          });
          assert.deepEqual(rows, [], `${number}`);
          assert.match(
            verdict,
            /can't be said|nobody told the origin|No film was reported/,
            `${number}: ${verdict}`,
          );
        }
      });
    });
});
