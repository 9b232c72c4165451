import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { OpenViews } from "../../../src/adapters/sqlite/views/open-views.ts";
import { SqliteFollowedLog } from "../../../src/adapters/sqlite/views/sqlite-followed-log.ts";
import { rebuildViews } from "../../../src/run/views/rebuild-run.ts";
import { Follower } from "../../../src/views/follower.ts";
import { filledLog, record } from "../../commands/filled-log.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { countingView } from "../../views/counting-view.ts";

const VIEWS = [countingView()];
const CACHE_BYTES = 1024 * 1024;
/** Several portions of what a follower reads at a time. */
const MESSAGES = 1_200;
/** So often the rebuild looks while the new edition is being made, and doesn't come on. */
const LOOKS = 4;

/** A folder whose views are kept by somebody else than the rebuild, portion by portion, as the test lets them. */
async function kept(context: TestContext) {
  const messages = Array.from({ length: MESSAGES }, (_, second) => record(second, "telemetry"));
  const folder = await filledLog(context, messages);
  const log = new SqliteFollowedLog(folder);
  const opened = await OpenViews.open(folder, { cacheBytes: CACHE_BYTES });
  const { store } = opened;
  const follower = new Follower({ views: VIEWS, log, store, now: () => performance.now() });
  const portion = () => follower.step(0);
  const allOfIt = () => {
    while (!portion().atEnd);
  };
  let ended = false;
  const ends = () => {
    if (ended) return;
    ended = true;
    log.close();
    opened.close();
  };
  afterwards(context, ends);
  return { folder, store, portion, allOfIt, ends };
}

/** Rebuilds, while the keeper does something at each of the rebuild's looks, which are counted from 1. */
async function rebuilt({ folder }: Awaited<ReturnType<typeof kept>>, atLook: (look: number) => void) {
  let looks = 0;
  const { elsewhere, messages } = await rebuildViews({
    ...{ folder, views: VIEWS, wanted: ["counting"], cacheBytes: CACHE_BYTES },
    signal: new AbortController().signal,
    onProgress: () => atLook(++looks),
  });
  return { elsewhere, messages, looks };
}

/** Takes the request and folds a portion, waits for some looks, and then folds the rest. */
function slowly({ portion, allOfIt }: Awaited<ReturnType<typeof kept>>) {
  return (look: number) => {
    if (look === 1) portion();
    if (look === LOOKS) allOfIt();
  };
}

describe("a rebuild by the process that keeps the views", () => {
  it("ends when the new edition answers in place of the old one", async (context) => {
    const views = await kept(context);
    views.allOfIt();
    const [old] = views.store.editions();
    assert.equal(old?.standing, "answering");
    const { elsewhere, messages, looks } = await rebuilt(views, slowly(views));
    assert.deepEqual([elsewhere, messages, looks >= LOOKS], [true, MESSAGES, true]);
    assert.deepEqual(
      views.store
        .editions()
        .map(({ edition, standing, position }) => [edition > old.edition, standing, position.id]),
      [[true, "answering", MESSAGES]],
    );
  });

  it("ends no sooner where no edition answered yet: the views were just being made", async (context) => {
    const views = await kept(context);
    views.portion();
    const [begun] = views.store.editions();
    assert.equal(begun?.standing, "building");
    const { looks } = await rebuilt(views, slowly(views));
    assert.ok(looks >= LOOKS, `it ended after ${looks} looks`);
    assert.deepEqual(
      views.store
        .editions()
        .map(({ edition, standing, position }) => [edition > begun.edition, standing, position.id]),
      [[true, "answering", MESSAGES]],
    );
  });

  it("goes on here when that process ends before it is done", async (context) => {
    const views = await kept(context);
    views.allOfIt();
    const { elsewhere, messages } = await rebuilt(views, (look) => {
      if (look === 1) views.portion();
      if (look === 2) views.ends();
    });
    assert.deepEqual([elsewhere, messages], [false, MESSAGES]);
  });
});
