import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ActionsUnderway, type Said } from "../../src/api/underway.ts";

const NOW_MS = Date.UTC(2026, 0, 11, 10);
const stale = { code: "CONCHE_ACTION_STALE" };

describe("ActionsUnderway", () => {
  const done = () => Promise.resolve("done");
  const action = (what: string, by: string, shown: readonly string[] = [], atMs = NOW_MS) => ({
    what,
    said: { event: "shelved", by, atMs },
    isShown: (said: Said) => shown.includes(said.by),
  });

  it("lets one action on a thing go at a time, and another thing's beside it", async () => {
    const underway = new ActionsUnderway();
    assert.equal(await underway.carryOut(action("x", "a"), NOW_MS, done), "done");
    await assert.rejects(underway.carryOut(action("x", "b"), NOW_MS, done), {
      ...stale,
      message: "shelved of x, by a at 2026-01-11T10:00:00.000Z, is on its way",
    });
    await underway.carryOut(action("y", "b"), NOW_MS, done);
  });

  it("says what keeps the first from arriving, where that is known", async () => {
    const underway = new ActionsUnderway();
    await underway.carryOut(action("x", "a"), NOW_MS, done);
    const hindered = { ...action("x", "b"), hindrance: "the broker can't be reached" };
    await assert.rejects(underway.carryOut(hindered, NOW_MS, done), {
      ...stale,
      message:
        "shelved of x, by a at 2026-01-11T10:00:00.000Z, waits in the outbox: the broker can't be reached",
      hint: /by itself/,
    });
  });

  it("refuses the second even while the first is being published", async () => {
    const underway = new ActionsUnderway();
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = underway.carryOut(action("x", "a"), NOW_MS, () => promise);
    await assert.rejects(underway.carryOut(action("x", "b"), NOW_MS, done), stale);
    resolve("first");
    assert.equal(await first, "first");
  });

  it("ends when the view shows it, when it fails, and after five minutes", async () => {
    const underway = new ActionsUnderway();
    await underway.carryOut(action("x", "a"), NOW_MS, done);
    await underway.carryOut(action("x", "b", ["a"]), NOW_MS, done);
    await assert.rejects(underway.carryOut(action("x", "c", ["a"]), NOW_MS + 299_999, done), stale);
    await underway.carryOut(action("x", "c", ["a"]), NOW_MS + 300_000, done);
    const failing = () => Promise.reject(new Error("disk"));
    await assert.rejects(underway.carryOut(action("z", "a"), NOW_MS, failing), /disk/);
    await underway.carryOut(action("z", "b"), NOW_MS, done);
  });

  it("remembers a bounded number of things, the newest", async () => {
    const underway = new ActionsUnderway();
    for (let at = 0; at <= 1_000; at++) await underway.carryOut(action(`x${at}`, "a"), NOW_MS, done);
    await underway.carryOut(action("x0", "b"), NOW_MS, done);
    await assert.rejects(underway.carryOut(action("x1000", "b"), NOW_MS, done), stale);
  });
});
