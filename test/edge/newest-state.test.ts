import assert from "node:assert/strict";
import { test } from "node:test";
import { newerState, type StateCandidate } from "../../src/edge/newest-state.ts";
import { MACHINE } from "./edge-under-test.ts";

const state = (boot: string, seq: number, own: boolean): StateCandidate => ({
  machine: MACHINE,
  boot,
  seq,
  payload: `${boot} ${seq}`,
  own,
});

test("what is numbered here is new; what a machine has numbered is new when its number is", () => {
  const fifth = newerState(undefined, state("m-2", 5, false));
  assert.deepEqual(fifth.forwarded, { boot: "m-2", seq: 5 });
  for (const late of [state("m-2", 4, false), state("m-2", 5, false), state("m-1", 9, false)]) {
    assert.equal(newerState(fifth, late), fifth);
  }
  assert.equal(newerState(fifth, state("m-3", 1, false)).boot, "m-3");
  const will = newerState(fifth, state("here", 1, true));
  assert.equal(will.payload, "here 1", "a will comes without a number, and is the last word");
  assert.equal(
    newerState(will, state("m-2", 5, false)),
    will,
    "what the machine said before it stays before it",
  );
  assert.equal(newerState(will, state("m-2", 6, false)).seq, 6);
});
