import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { FairLines } from "../../src/access/fair-lines.ts";

function lines(room: number, ...names: readonly string[]): FairLines<string> {
  const made = new FairLines<string>(room);
  for (const name of names) made.add(name.slice(0, 1), name);
  return made;
}

/** The names in the order of their turns. */
function turns(waiting: FairLines<string>, may?: (name: string) => boolean): string[] {
  const called: string[] = [];
  for (let name = waiting.next(may); name !== undefined; name = waiting.next(may)) {
    assert.ok(waiting.served(name.slice(0, 1), name));
    called.push(name);
  }
  return called;
}

suite("lines that take turns", () => {
  test("who may not go holds up its own line alone", () => {
    const waiting = lines(10, "a1", "a2", "b1", "b2");
    assert.deepEqual(
      turns(waiting, (name) => name !== "a1"),
      ["b1", "b2"],
    );
    assert.deepEqual(turns(waiting), ["a1", "a2"]);
  });

  test("who leaves costs its line no turn, and leaves once", () => {
    const waiting = lines(10, "a1", "a2", "b1");
    assert.ok(waiting.remove("a", "a1"));
    assert.ok(!waiting.remove("a", "a1") && !waiting.served("a", "a1"));
    assert.equal(waiting.size, 2);
    assert.deepEqual(turns(waiting), ["a2", "b1"]);
    assert.equal(waiting.size, 0);
  });

  test("a full house says who has no place", () => {
    const waiting = lines(3, "a1", "a2", "a3");
    assert.deepEqual(
      [waiting.add("a", "a4"), waiting.add("b", "b1"), waiting.add("b", "b2")],
      ["a4", "a3", "b2"],
    );
    assert.equal(waiting.size, 3);
    assert.deepEqual(turns(waiting), ["a1", "b1", "a2"]);
  });
});
