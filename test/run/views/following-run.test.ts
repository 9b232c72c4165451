import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import { allViews } from "../../../src/run/views/all-views.ts";
import { followLog } from "../../../src/run/views/following-run.ts";
import { filledLog, record } from "../../commands/filled-log.ts";

/** Follows a log of one message whose turn comes when the gate opens. */
async function followed(context: TestContext) {
  const folder = await filledLog(context, [record(0, "state", { v: 2, state: "Execute" })]);
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const stop = new AbortController();
  const positions: number[] = [];
  const folded = Promise.withResolvers<void>();
  const following = followLog({
    folder,
    views: allViews(),
    cacheBytes: 1024 * 1024,
    signal: stop.signal,
    turn: () => {
      asked.resolve();
      return gate.promise;
    },
    onProgress: ({ views }) => {
      positions.push(Math.min(...views.map(({ position }) => position)));
      folded.resolve();
    },
    onNotice: () => {},
  });
  await asked.promise;
  return { gate, stop, positions, folded: folded.promise, following };
}

describe("views whose turn hasn't come", () => {
  it("fold nothing, and everything when it comes", async (context) => {
    const { gate, stop, positions, folded, following } = await followed(context);
    assert.deepEqual(positions, []);
    gate.resolve();
    await folded;
    assert.equal(positions.at(-1), 1);
    stop.abort();
    await following;
  });

  it("end without it", async (context) => {
    const { gate, stop, positions, following } = await followed(context);
    stop.abort();
    gate.resolve();
    await following;
    assert.deepEqual(positions, []);
  });
});

describe("views whose file fails again and again", () => {
  it("are made anew, and whoever wants that to end is heard", async (context) => {
    const folder = await filledLog(context, [record(0, "state", { v: 2, state: "Execute" })]);
    const stop = new AbortController();
    let attempts = 0;
    const told: string[] = [];
    await followLog({
      folder,
      views: allViews().map((view) => ({
        ...{ name: view.name, version: view.version, consumes: view.consumes, tables: view.tables },
        fold: () => {
          attempts++;
          // A message from another thread comes with the event loop, as this does.
          setImmediate(() => stop.abort());
          // Without a turn of the event loop nothing else would end this.
          if (attempts > 20) stop.abort();
          throw new ConcheError("CONCHE_VIEWS_DAMAGED", { message: "the disk refuses every flush" });
        },
      })),
      cacheBytes: 1024 * 1024,
      signal: stop.signal,
      onProgress: () => {},
      onNotice: ({ code, text }) => told.push(`${code} ${text}`),
    });
    assert.ok(attempts > 0 && attempts < 20, `${attempts} attempts`);
    // Whoever shows a notice puts its code before it.
    assert.deepEqual(told, [
      "CONCHE_VIEWS_DAMAGED views: the disk refuses every flush: the views are made anew",
    ]);
  });
});
