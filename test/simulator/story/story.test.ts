import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { BatchV2 } from "../../../src/contract/schemas/batch-v2.ts";
import type { StoryWish } from "../../../src/simulator/story/plan-story.ts";
import type { StoryMessage } from "../../../src/simulator/story/story.ts";
import { LotBook } from "../genealogy/lot-book.ts";
import { HOUR_MS, START_MS } from "../simulated-line.ts";
import { type Ending, StoryWorld } from "./story-world.ts";

const MINUTE_MS = 60_000;
const WISH: Omit<StoryWish, "recorded" | "nowMs"> = {
  seed: 7,
  payloadVersion: 2,
  plant: "p",
  scenario: null,
  startMs: null,
  historyMs: 6 * HOUR_MS,
  leadMs: 0,
};
const ORDERLY: Ending = { kind: "orderly", grantedMs: 0, lost: 0 };
const KILLED: Ending = { kind: "killed", grantedMs: 30_000, lost: 7 };

function batchEvents(log: readonly StoryMessage[]): BatchV2[] {
  return log.filter(({ type }) => type === "batch").map(({ payload }) => payload as unknown as BatchV2);
}

/** Each batch begins once, and none ends that has not begun. */
function assertBatches(log: readonly StoryMessage[]): void {
  const begun = new Set<string>();
  const ended = new Set<string>();
  for (const event of batchEvents(log)) {
    if (event.event === "BATCH_START") {
      assert.ok(!begun.has(event.batch_id), `${event.batch_id} begins twice`);
      begun.add(event.batch_id);
    } else if (event.event === "BATCH_END") {
      assert.ok(begun.has(event.batch_id) && !ended.has(event.batch_id), `${event.batch_id} ends`);
      ended.add(event.batch_id);
    }
  }
}

/** Of each publisher, every number from 1 to its highest is there. */
function assertComplete(log: readonly StoryMessage[]): void {
  const numbers = new Map<string, number[]>();
  for (const { machine, identity } of log) {
    const key = `${machine.step}/${machine.machine} ${identity?.boot}`;
    numbers.set(key, [...(numbers.get(key) ?? []), identity?.seq ?? 0]);
  }
  for (const [publisher, seqs] of numbers)
    assert.equal(Math.max(...seqs), seqs.length, `${publisher} has numbers that are missing`);
}

function assertStory({ log }: StoryWorld): void {
  assertBatches(log);
  assert.deepEqual(LotBook.of(inTime(log)).overdrawn(), []);
}

/** A killed run's last messages come with the next one's, behind others of their time. */
function inTime(log: readonly StoryMessage[]): StoryMessage[] {
  return log.toSorted((a, b) => a.atMs - b.atMs);
}

suite("a line's story", () => {
  test("three stops with pauses, one of them a kill, are one story", () => {
    const world = new StoryWorld();
    let now = START_MS;
    for (const [runs, pause, ending] of [
      [40, 90, ORDERLY],
      [30, 1, KILLED],
      [20, 600, ORDERLY],
      [30, 0, ORDERLY],
    ] as const) {
      world.run(WISH, now, now + runs * MINUTE_MS, ending);
      now += (runs + pause) * MINUTE_MS;
    }
    assertStory(world);
    assertComplete(world.log);
    const kinds = world.facts?.chapter.spans.map(({ kind }) => kind);
    assert.deepEqual(kinds, ["past", "live", "past", "live", "past", "live", "standing", "past", "live"]);
    // The pause of ten hours was longer than six: the line stood for four of them, and said so.
    const stopped = world.log.filter(({ type, payload }) => type === "state" && payload.state === "Stopped");
    assert.ok(stopped.some(({ payload }) => JSON.stringify(payload).includes("LINE_OFF")));
  });

  test("another seed is another chapter, which ends the batches of the one before", () => {
    const world = new StoryWorld();
    world.run(WISH, START_MS, START_MS + HOUR_MS, ORDERLY);
    const before = world.log.length;
    const open = (world.facts?.openBatches ?? []).map(({ batchId }) => batchId);
    assert.ok(open.length >= 2, `${open.length} open batches`);
    world.run({ ...WISH, seed: 8 }, START_MS + 2 * HOUR_MS, START_MS + 3 * HOUR_MS, ORDERLY);
    assertStory(world);
    const ends = batchEvents(world.log.slice(before)).filter((event) => event.event === "BATCH_END");
    const aborted = ends.filter((event) => "outcome" in event && event.outcome === "aborted");
    assert.deepEqual(
      aborted.map((event) => event.batch_id),
      open,
    );
    const boots = new Set(world.log.map(({ identity }) => identity?.boot));
    assert.equal(boots.size, 2);
  });

  test("faster than the clock it begins further back, and meets the present without passing it", () => {
    const world = new StoryWorld();
    const wish = { ...WISH, historyMs: HOUR_MS, leadMs: 2 * HOUR_MS };
    const end = START_MS + 3 * MINUTE_MS;
    world.run(wish, START_MS, end, ORDERLY, 600);
    assert.ok(world.log.every(({ atMs }) => atMs <= end + 1_000));
    world.run({ ...WISH, historyMs: HOUR_MS }, end + HOUR_MS, end + HOUR_MS + MINUTE_MS, ORDERLY);
    assertStory(world);
    assertComplete(world.log);
  });

  test("whatever the stops, the pauses and the speeds: one number, one message; nothing twice, nothing missing", () => {
    const run = fc.record({
      minutes: fc.integer({ min: 1, max: 20 }),
      pause: fc.integer({ min: 0, max: 200 }),
      fast: fc.boolean(),
      ending: fc.oneof(
        fc.constant(ORDERLY),
        fc.record({
          kind: fc.constant("killed" as const),
          grantedMs: fc.integer({ min: 0, max: 60_000 }),
          lost: fc.integer({ min: 0, max: 40 }),
        }),
      ),
    });
    fc.assert(
      fc.property(fc.array(run, { minLength: 2, maxLength: 4 }), (runs) => {
        const world = new StoryWorld();
        let now = START_MS;
        for (const { minutes, pause, fast, ending } of runs) {
          const leadMs = fast ? HOUR_MS : 0;
          const wish = { ...WISH, historyMs: HOUR_MS, leadMs };
          world.run(wish, now, now + minutes * MINUTE_MS, ending, fast ? 10 : 1);
          now += (minutes + pause) * MINUTE_MS;
        }
        world.run({ ...WISH, historyMs: HOUR_MS }, now, now + MINUTE_MS, ORDERLY);
        assertStory(world);
        assertComplete(world.log);
      }),
      { numRuns: 8 },
    );
  });
});
