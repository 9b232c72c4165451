import assert from "node:assert/strict";
import { test } from "node:test";
import { FairQueue } from "../../src/access/fair-queue.ts";

/** Waits in a queue and notes its name when it is called, or turned away. */
async function note(queue: FairQueue, origin: string, name: string, into: string[]): Promise<void> {
  into.push((await queue.wait(origin)) ? name : `not ${name}`);
}

async function turns(queue: FairQueue): Promise<void> {
  while (queue.next()) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}

test("lines take turns, each in its own order", async () => {
  const queue = new FairQueue(10);
  const called: string[] = [];
  for (const name of ["a1", "a2", "a3", "b1", "c1", "b2"]) void note(queue, name.slice(0, 1), name, called);
  assert.equal(queue.size, 6);
  await turns(queue);
  assert.deepEqual(called, ["a1", "b1", "c1", "a2", "b2", "a3"]);
  assert.deepEqual([queue.size, queue.next()], [0, false]);
});

test("where there is no room, the longest line gives way to a shorter one, and to no equal", async () => {
  const queue = new FairQueue(4);
  const called: string[] = [];
  for (const name of ["a1", "a2", "a3", "a4", "a5", "b1", "c1", "d1", "e1"])
    void note(queue, name.slice(0, 1), name, called);
  assert.equal(queue.size, 4);
  await turns(queue);
  assert.deepEqual(
    called.filter((name) => !name.startsWith("not ")),
    ["a1", "b1", "c1", "d1"],
  );
  assert.deepEqual(called.filter((name) => name.startsWith("not ")).sort(), [
    "not a2",
    "not a3",
    "not a4",
    "not a5",
    "not e1",
  ]);
});
