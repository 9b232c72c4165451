import assert from "node:assert/strict";
import { test } from "node:test";
import { actorName } from "../../src/api/actor.ts";

const program = { name: "node-red", role: "operator", by: "token" } as const;

test("a browser's login acts as itself, whatever it claims", () => {
  assert.equal(actorName({ ...program, name: "Amel", by: "session" }, "Somebody Else"), "Amel");
});

test("a program may name the person it acts for; its own name stands behind, and all of it fits", () => {
  assert.equal(actorName(program, "Amel"), "Amel (node-red)");
  for (const claimed of [undefined, "", "  ", 5, "node-red"])
    assert.equal(actorName(program, claimed), "node-red");
  const long = actorName(program, "x".repeat(200));
  assert.equal(long.length, 80);
  assert.ok(long.endsWith(" (node-red)"));
});
