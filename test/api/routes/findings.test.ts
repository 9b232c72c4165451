import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ViewEdition } from "../../../src/views/views-store.ts";
import { contextOf } from "../context.ts";
import { ask } from "../monitored.ts";

function edition(name: string, standing: ViewEdition["standing"]): ViewEdition {
  const position = { logId: "log", id: 7, checksum: 1 };
  return { ...{ edition: 1, name, version: 1, standing, position }, newestReceivedMs: 1, fits: () => true };
}

async function status(editions: readonly ViewEdition[], query: Record<string, unknown> = {}) {
  const { views } = contextOf();
  return (await ask("findings", query, contextOf({ views: { ...views, editions: () => editions } }))).status;
}

suite("findings of views that don't answer yet", () => {
  test("are not known: there are none only where all have been looked at", async () => {
    assert.equal(await status([]), 503);
    assert.equal(await status([], { view: "tags" }), 503);
    assert.equal(await status([edition("alarms", "answering"), edition("tags", "building")]), 503);
    assert.equal(await status([edition("tags", "answering"), edition("tags", "building")]), 200);
  });

  test("don't keep those of others from being told; a view that nobody knows is still not found", async () => {
    const some = [edition("alarms", "answering"), edition("tags", "building")];
    assert.equal(await status(some, { view: "alarms" }), 200);
    assert.equal(await status(some, { view: "tags" }), 503);
    assert.equal(await status(some, { view: "none" }), 404);
  });
});
