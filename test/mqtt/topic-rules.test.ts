import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TopicFilterTree } from "../../src/mqtt/topic-filter-tree.ts";
import { matchesFilter, topicFilterFault, topicNameFault } from "../../src/mqtt/topic-rules.ts";

const LIMITS = { topicBytes: 100, topicLevels: 8 };

const level = fc.constantFrom("a", "b", "", "$x", "factory", "état");
const topics = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join("/"));
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant("+")), { maxLength: 5 }), fc.boolean())
  .map(([levels, all]) => [...levels, ...(all || levels.length === 0 ? ["#"] : [])].join("/"));

/** From the examples of MQTT 5, 4.7.1 and 4.7.2. */
const EXAMPLES: readonly [filter: string, topic: string, matches: boolean][] = [
  ["sport/tennis/player1/#", "sport/tennis/player1", true],
  ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
  ["sport/#", "sport", true],
  ["#", "sport", true],
  ["sport/tennis/+", "sport/tennis/player1/ranking", false],
  ["sport/+", "sport", false],
  ["sport/+", "sport/", true],
  ["+/+", "/finance", true],
  ["/+", "/finance", true],
  ["+", "/finance", false],
  ["#", "$SYS/x", false],
  ["+/monitor/Clients", "$SYS/monitor/Clients", false],
  ["$SYS/#", "$SYS/x", true],
  ["sport/+/#", "sport/tennis", true],
];

for (const [filter, topic, matches] of EXAMPLES) {
  test(`${filter} ${matches ? "matches" : "does not match"} ${topic}`, () => {
    assert.equal(matchesFilter(filter, topic), matches);
    const tree = new TopicFilterTree<string>();
    tree.add(filter, "it");
    assert.deepEqual(tree.match(topic), matches ? ["it"] : []);
  });
}

test("the tree finds what comparing each filter finds, through any adding and removing", () => {
  const steps = fc.array(
    fc.record({ add: fc.boolean(), filter: filters, value: fc.integer({ min: 0, max: 3 }), look: topics }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (history) => {
      const tree = new TopicFilterTree<number>();
      const model = new Set<string>();
      for (const { add, filter, value, look } of history) {
        if (add) tree.add(filter, value);
        else tree.remove(filter, value);
        const pair = `${value} ${filter}`;
        if (add) model.add(pair);
        else model.delete(pair);
        assert.equal(tree.size, model.size);
        const expected = new Set<number>();
        for (const each of model) if (matchesFilter(each.slice(2), look)) expected.add(Number(each[0]));
        assert.deepEqual([...tree.match(look)].toSorted(), [...expected].toSorted());
      }
    }),
  );
});

test("valid filters and topics pass, whatever they are", () => {
  fc.assert(
    fc.property(filters, (filter) => filter === "" || topicFilterFault(filter, LIMITS) === undefined),
  );
  fc.assert(fc.property(topics, (topic) => topic === "" || topicNameFault(topic, LIMITS) === undefined));
});

test("invalid ones don't, and the fault says whether MQTT forbids them", () => {
  for (const filter of ["", "a/#/b", "#/a", "a#", "#a", "a/+b", "++", "a\0", "##", "#/"]) {
    assert.equal(topicFilterFault(filter, LIMITS)?.malformed, true, filter);
  }
  for (const topic of ["", "a/#", "+", "a+b", "a\0b"]) {
    assert.equal(topicNameFault(topic, LIMITS)?.malformed, true, topic);
  }
  for (const fault of [topicFilterFault, topicNameFault]) {
    assert.equal(fault("a/".repeat(8), LIMITS)?.malformed, false);
    assert.equal(fault("a/".repeat(7), LIMITS), undefined);
    assert.equal(fault("€".repeat(34), LIMITS)?.malformed, false);
    assert.equal(fault("€".repeat(33), LIMITS), undefined);
  }
});
