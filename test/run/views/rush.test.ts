import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { openMessageLog } from "../../../src/adapters/sqlite/log/open-message-log.ts";
import { type FollowersTime, followLog } from "../../../src/run/views/following-run.ts";
import type { View } from "../../../src/views/view.ts";
import { filledLog } from "../../commands/filled-log.ts";
import { GroupMaker, record } from "../../log/log-records.ts";
import { afterwards } from "../../servers/afterwards.ts";

/** So many messages are committed at a time, after each {@link FOLDED} that the view folds: twice as many. */
const COMMITTED = 1_000;
const FOLDED = 500;
/** The rush ends with the log's message of this number. */
const LAST = 12_000;

/** At the log's end portions begin so far apart, milliseconds: what is longer is for a rush. */
const NO_RUSH_MS = 50;

/** What a step folded, a millisecond of a counted clock each, and how long it then rested. */
interface Worked {
  readonly folded: number;
  readonly restedMs: number;
}

/** Follows a log to which more is committed than is folded, until {@link LAST}; each message takes a millisecond. */
async function followed(context: TestContext, growsFaster: boolean): Promise<Worked[]> {
  const folder = await filledLog(context, []);
  const log = await openMessageLog(folder);
  afterwards(context, () => log.close());
  const maker = new GroupMaker();
  let committed = 0;
  const commit = (messages: number) => {
    const numbers = Array.from({ length: messages }, () => ++committed);
    // Ends within the call: a follower that is at work finds it in the log.
    void log.commit(maker.group(numbers.map((seq) => record(seq))));
  };
  commit(growsFaster ? COMMITTED : LAST);

  const stop = new AbortController();
  const steps: Worked[] = [];
  let [nowMs, inStep, folded] = [0, 0, 0];
  const view: View = {
    ...{ name: "counting", version: 1, consumes: ["telemetry"], tables: [] },
    fold: () => {
      nowMs++;
      inStep++;
      folded++;
      if (growsFaster && folded % FOLDED === 0 && committed < LAST) commit(COMMITTED);
      // Ends by itself also where it doesn't leave anything to the other side.
      if (folded === LAST) setImmediate(() => stop.abort());
    },
  };
  const time: FollowersTime = {
    now: () => nowMs,
    rest: async (restedMs) => {
      steps.push({ folded: inStep, restedMs });
      nowMs += restedMs;
      inStep = 0;
    },
  };
  await followLog({
    ...{ folder, views: [view], cacheBytes: 1024 * 1024, signal: stop.signal, time },
    onProgress: () => {},
    onNotice: () => {},
  });
  assert.equal(folded, LAST);
  return steps;
}

describe("a follower of a log that grows faster than it folds", () => {
  it("rests nineteen times as long as it worked, in short portions, and catches up when that is over", async (context) => {
    const steps = await followed(context, true);
    const last = steps.findLastIndex(({ restedMs }) => restedMs > NO_RUSH_MS);
    const rush = steps.slice(0, last + 1);
    assert.ok(rush.length >= 3, JSON.stringify(steps));
    for (const { folded, restedMs } of rush) assert.equal(Math.round(restedMs), 19 * folded);
    // The first one doesn't know yet. Of the others each is as short as can be: what is read at a time.
    for (const { folded } of rush.slice(1)) assert.equal(folded, FOLDED);
    assert.ok(
      steps.slice(last + 1).some(({ folded }) => folded > FOLDED),
      JSON.stringify(steps),
    );
  });

  it("doesn't rest before the log's end where nothing is committed meanwhile", async (context) => {
    const steps = await followed(context, false);
    assert.ok(steps.length > 2 && steps.slice(0, -1).every(({ restedMs }) => restedMs === 0));
  });
});
