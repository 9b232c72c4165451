import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ApiContext } from "../../../src/api/context.ts";
import { answerI3x } from "../../../src/api/i3x/questions.ts";
import type { StoredMessage } from "../../../src/log/log-reading.ts";
import type { ViewMessage } from "../../../src/views/view.ts";
import { told } from "../../monitor/told.ts";
import { chocolatePlant } from "../../plant/chocolate-document.ts";
import { endingAt, requestFor } from "../context.ts";
import { ask, contextAfter } from "../monitored.ts";

const plant = chocolatePlant();
const TEMPER = "tunis-01/line-a/s5_tempering/temper-01";
const TEMP = `${TEMPER}/temp_c`;
const START_MS = Date.UTC(2026, 0, 11, 8);
/** A machine that sends every second is silent after half a minute. */
const SILENT_MS = 30_000;
const running = told(TEMPER, "state", START_MS, { state: "Execute", mode: "Production" });
const tempered = (atMs: number, receivedAtMs = atMs, quality?: "uncertain" | "bad") =>
  told(
    TEMPER,
    "telemetry",
    atMs,
    { tags: { temp_c: quality === undefined ? 31.4 : { value: 31.4, quality } } },
    { receivedAtMs },
  );
const lost = (atMs: number) => told(TEMPER, "state", atMs, { state: "OFFLINE" });

/** The temperature as i3X, and its machine as a whole, and as /api/tags has it. */
async function at(nowMs: number, messages: readonly ViewMessage[], parts: Partial<ApiContext> = {}) {
  const context = contextAfter(messages, { plant, nowMs, ...parts });
  const body = { elementIds: [TEMP, TEMPER], maxDepth: 0 };
  const answer = JSON.parse(answerI3x(requestFor("i3x:objects/value", { body }), context).body);
  const [tag, machine] = answer.results;
  assert.deepEqual(machine.result.components[TEMP].quality, tag.result.quality);
  const tags = await ask("tags", {}, context);
  const [{ quality, stale }] = tags.answer.values;
  return { i3x: tag.result, machine: machine.result.quality, tags: { quality, stale } };
}

suite("a value that is no longer the present one", () => {
  test("is good while its machine says it", async () => {
    const { i3x, machine, tags } = await at(START_MS + SILENT_MS, [running, tempered(START_MS)]);
    assert.deepEqual([i3x.value, i3x.quality, machine], [31.4, "Good", "Good"]);
    assert.deepEqual(tags, { quality: "good", stale: false });
  });

  test("is uncertain when its machine has fallen silent, with the time at which it was measured", async () => {
    const { i3x, machine, tags } = await at(START_MS + SILENT_MS + 1, [running, tempered(START_MS)]);
    const timestamp = new Date(START_MS).toISOString();
    assert.deepEqual(i3x, { isComposition: false, value: 31.4, quality: "Uncertain", timestamp });
    assert.equal(machine, "Uncertain");
    assert.deepEqual(tags, { quality: "good", stale: true });
  });

  test("is uncertain when the views are behind the log for as long, though nobody is called silent", async () => {
    const next = { receivedAt: START_MS + 1_000 } as StoredMessage;
    const log = () => ({ ...endingAt(7), query: () => [next] });
    const { i3x, machine, tags } = await at(START_MS + SILENT_MS + 1_001, [running, tempered(START_MS)], {
      log,
    });
    assert.deepEqual([i3x.quality, machine, tags.stale], ["Uncertain", "Uncertain", false]);
  });

  test("is uncertain as soon as the connection of its machine is lost", async () => {
    const said = [running, tempered(START_MS), lost(START_MS + 1_000)];
    const { i3x, machine, tags } = await at(START_MS + 2_000, said);
    assert.deepEqual([i3x.value, i3x.quality, machine], [31.4, "Uncertain", "Uncertain"]);
    assert.equal(tags.stale, true);
    const back = await at(START_MS + 4_000, [...said, tempered(START_MS + 3_000)]);
    assert.deepEqual([back.i3x.quality, back.tags.stale], ["Good", false]);
  });

  test("is uncertain when the machine goes on and leaves it out", async () => {
    const later = told(TEMPER, "telemetry", START_MS + 60_000, { tags: { zone_in_c: 45 } });
    const { i3x, machine } = await at(START_MS + 60_000, [running, tempered(START_MS), later]);
    assert.deepEqual([i3x.quality, machine], ["Uncertain", "Good"]);
  });

  test("is not old because a clock is behind, and stays uncertain or bad where the machine says so", async () => {
    const nowMs = START_MS + 3_600_000;
    const behind = await at(nowMs, [running, tempered(START_MS, nowMs)]);
    assert.deepEqual([behind.i3x.quality, behind.tags.stale], ["Good", false]);
    const doubtful = await at(START_MS, [running, tempered(START_MS, START_MS, "uncertain")]);
    assert.equal(doubtful.i3x.quality, "Uncertain");
    const bad = await at(nowMs, [running, tempered(START_MS, START_MS, "bad")]);
    assert.deepEqual([bad.i3x.value, bad.i3x.quality], [null, "Bad"]);
  });
});
