import assert from "node:assert/strict";
import { test } from "node:test";
import { afterwards } from "./afterwards.ts";

test("what is to be done after a test is done newest first, each one, and what failed is told", async () => {
  const hooks: (() => unknown)[] = [];
  const context = { after: (work?: unknown) => void hooks.push(work as () => unknown) };
  const done: string[] = [];
  afterwards(context, () => done.push("folder removed"));
  afterwards(context, async () => {
    await Promise.resolve();
    done.push("process ended");
  });
  afterwards(context, () => {
    throw new Error("no flood to stop");
  });
  for (const hook of hooks) await assert.rejects(async () => hook(), /no flood to stop/);
  assert.deepEqual(done, ["process ended", "folder removed"]);
});
