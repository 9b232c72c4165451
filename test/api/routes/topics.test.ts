import assert from "node:assert/strict";
import { test } from "node:test";
import { told } from "../../monitor/told.ts";
import { chocolatePlant } from "../../plant/chocolate-document.ts";
import { ask, contextAfter } from "../monitored.ts";

const FOREIGN = "tunis-09/line-z/s1_mixing/mixer-99";
const at = Date.UTC(2026, 0, 11, 8);
const said = told(FOREIGN, "telemetry", at, { tags: { temp_c: 45 } });
const context = contextAfter([said], { plant: chocolatePlant(), nowMs: at });
const below = async (under?: string) => {
  const { status, answer } = await ask("topics", under === undefined ? {} : { under }, context);
  return { status, answer, levels: answer.levels?.map(({ level }: { level: string }) => level) };
};

test("the topic tree is walked from the root to a topic, which has nothing below", async () => {
  assert.deepEqual((await below()).levels, ["factory"]);
  assert.deepEqual((await below("factory/")).levels, ["tunis-09"]);
  assert.deepEqual((await below(`factory/${FOREIGN}`)).levels, ["telemetry"]);
  assert.deepEqual((await below(`factory/${FOREIGN}/telemetry`)).levels, []);
});

test("a level that neither log nor plant knows is not found; one that has said nothing has nothing below", async () => {
  assert.deepEqual((await below("factory/tunis-01/line-a")).levels, []);
  for (const under of ["factory/nowhere", "factory/tunis-0", "elsewhere", `factory/${FOREIGN}/tele`]) {
    const { status, answer } = await below(under);
    assert.equal(status, 404, under);
    assert.equal(answer.detail, `nothing came on ${under} or below it, and the plant has no such place`);
    assert.match(answer.hint, /GET \/api\/topics/);
  }
});
