import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { NotifyStore } from "../../../../src/adapters/sqlite/notify/notify-store.ts";
import { readNotifyState } from "../../../../src/adapters/sqlite/notify/read-notify-state.ts";
import { ConcheError } from "../../../../src/errors/conche-error.ts";
import { looked, NOTHING_TOLD } from "../../../../src/notify/notifier.ts";
import { HOOK, lookAt, NOON, planOf, standing } from "../../../notify/conditions-under-test.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const PLAN = planOf({ channels: { shift: HOOK }, rules: [{ name: "one", to: ["shift"], for: "0s" }] });
const TOLD = looked(PLAN, NOTHING_TOLD, lookAt(NOON, [standing(), standing({ key: "alarm with space" })]));
const folders = temporaryFolders();
const never = (): never => assert.fail("the state was thrown away");

test("what was told is there again after a restart, what has gone is gone, and a reader sees the same", async () => {
  const folder = folders();
  assert.equal(readNotifyState(folder), undefined);
  const first = await NotifyStore.open(folder, never);
  assert.deepEqual(first.load(), NOTHING_TOLD);
  first.save(TOLD);
  assert.deepEqual(readNotifyState(folder), TOLD);
  first.close();
  const second = await NotifyStore.open(folder, never);
  assert.deepEqual(second.load(), TOLD);
  second.save(NOTHING_TOLD);
  second.close();
  assert.deepEqual(readNotifyState(folder), NOTHING_TOLD);
});

test("one process notifies for a folder; another one is told so", async () => {
  const folder = folders();
  const first = await NotifyStore.open(folder, never);
  await assert.rejects(
    NotifyStore.open(folder, never),
    (error) => error instanceof ConcheError && error.code === "CONCHE_NOTIFY_IN_USE",
  );
  first.close();
  (await NotifyStore.open(folder, never)).close();
});

test("a file that can't be read is made anew, and that is said", async () => {
  const folder = folders();
  writeFileSync(join(folder, "notify.db"), "no database ".repeat(1_000));
  const said: string[] = [];
  const store = await NotifyStore.open(folder, ({ code }) => said.push(code));
  assert.equal(said.length, 1);
  assert.deepEqual(store.load(), NOTHING_TOLD);
  store.save(TOLD);
  store.close();
  assert.deepEqual(readNotifyState(folder), TOLD);
});
