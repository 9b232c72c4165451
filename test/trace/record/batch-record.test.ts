import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { checkSeal, SealChain } from "../../../src/trace/record/seal.ts";
import { CourseTally } from "../../../src/trace/record/tag-course.ts";
import { filledLog, record } from "../../commands/filled-log.ts";
import { runConche } from "../../commands/run-conche.ts";

const BATCH = { product_type: "dark", batch_id: "B20260111-DA-0042" };
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const message = (id: number, payload: string) => ({
  id,
  topic: "factory/a/b/s1_c/d/batch",
  receivedAt: id,
  payload,
});

suite("the record of a batch", () => {
  test("of version 1 messages says what can be said, names what can't, and holds by its seal", async (context) => {
    const data = await filledLog(context, [
      record(0, "batch", { event: "BATCH_START", ...BATCH }),
      ...Array.from({ length: 30 }, (_, at) =>
        record(at + 1, "telemetry", { ...BATCH, tags: { temp_c: 31 + at / 30 } }),
      ),
      record(40, "alarm", { ...BATCH, severity: "high", code: "TEMP_OUT_OF_RANGE", message: "too hot" }),
      record(41, "quality", { ...BATCH, results: { weight_g: 100.2 } }),
      record(60, "batch", { event: "BATCH_END", ...BATCH }),
      record(61, "telemetry", { ...BATCH, batch_id: "B20260111-DA-0043", tags: { temp_c: 31 } }),
    ]);
    const told = await runConche(["batch", "record", BATCH.batch_id, "--data", data, "--json"]);
    const found = JSON.parse(told.out);
    assert.equal(found.product, "dark");
    assert.equal(found.seal.messages, 34);
    const course = found.courses.find(({ tag }: { tag: string }) => tag === "temp_c");
    assert.deepEqual([course.values, course.min], [30, 31]);
    assert.ok(found.exceptions.some(({ what }: { what: string }) => what === "high alarm"));
    const unsaid = found.unsaid.join(" ");
    for (const part of ["genealogy", "Procedure", "Recipe", "version 1"])
      assert.match(unsaid, new RegExp(part));

    const page = await runConche(["batch", "record", BATCH.batch_id, "--data", data, "--format", "html"]);
    const file = join(data, "record.html");
    await writeFile(file, page.out);
    const holds = await runConche(["batch", "verify", BATCH.batch_id, "--record", file, "--data", data]);
    assert.equal(holds.code, 0, holds.err);
    await writeFile(
      file,
      page.out
        .replace(found.seal.hash.slice(0, 8), "00000000")
        .replace(/"hash":"[0-9a-f]{8}/, '"hash":"00000000'),
    );
    const broken = await runConche(["batch", "verify", BATCH.batch_id, "--record", file, "--data", data]);
    assert.equal(broken.code, 1);
    assert.match(broken.out, /is broken/);
    await rm(file);
    assert.equal((await runConche(["batch", "record", "B20260111-DA-9999", "--data", data])).code, 1);
  });

  test("a seal breaks when a message is changed, left out, added; what came later is counted", () => {
    const all = [1, 2, 3].map((id) => message(id, `{"n":${id}}`));
    const chain = new SealChain(sha256);
    for (const each of all) chain.add(each);
    const { seal } = chain;
    assert.equal(checkSeal(seal, all, sha256).holds, true);
    assert.equal(checkSeal(seal, [...all.slice(0, 2), message(3, '{"n":4}')], sha256).holds, false);
    assert.equal(checkSeal(seal, all.slice(1), sha256).holds, false);
    const later = checkSeal(seal, [...all, message(9, "{}")], sha256);
    assert.deepEqual([later.holds, later.later], [true, 1]);
  });

  test("a curve knows its limits and the share of the time that it was measured", () => {
    const tally = new CourseTally({ min: 30, max: 32, alarm_high: 33 });
    for (let minute = 0; minute <= 30; minute++) tally.add(minute * 60_000, 31);
    for (let minute = 60; minute <= 90; minute++) tally.add(minute * 60_000, minute === 90 ? 34 : 32.5);
    const course = tally.course("m", "t", "°C");
    assert.ok(course !== undefined && course.coverage > 0.6 && course.coverage < 0.7, `${course?.coverage}`);
    assert.deepEqual([course.outside, course.beyondAlarm], [31, 1]);
  });
});
