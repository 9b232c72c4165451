import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { coversFilter, matchesFilter } from "../../src/mqtt/topic-rules.ts";

const level = fc.constantFrom("a", "b", "");
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant("+")), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ["#"] : [])].join("/"));
const topic = fc
  .array(fc.oneof(level, fc.constant("$x")), { minLength: 1, maxLength: 5 })
  .map((levels) => levels.join("/"));

test("a filter that covers another one matches every topic that the other matches", () => {
  fc.assert(
    fc.property(filter, filter, topic, (wide, narrow, name) => {
      if (coversFilter(wide, narrow) && matchesFilter(narrow, name)) assert.ok(matchesFilter(wide, name));
    }),
    { numRuns: 5_000 },
  );
});

test("covering is no stricter than it has to be", () => {
  for (const [wide, narrow] of [
    ["#", "a/+/b"],
    ["factory/#", "factory"],
    ["factory/#", "factory/+/x/#"],
    ["a/+/c", "a/b/c"],
    ["a/+/c", "a/+/c"],
  ] as const)
    assert.ok(coversFilter(wide, narrow), `${wide} ${narrow}`);
  for (const [wide, narrow] of [
    ["a/b", "a/+"],
    ["a/+", "a/#"],
    ["a/+", "a"],
    ["factory/#", "#"],
    ["factory/#", "+/a"],
    ["#", "$SYS/#"],
    ["+/x", "$SYS/x"],
  ] as const)
    assert.ok(!coversFilter(wide, narrow), `${wide} ${narrow}`);
});
