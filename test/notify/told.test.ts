import assert from "node:assert/strict";
import { test } from "node:test";
import { SETTLE_MS } from "../../src/notify/told.ts";
import {
  Afternoon,
  HOOK,
  HOUR,
  MINUTE,
  NOON,
  PLACE,
  planOf,
  SECOND,
  standing,
} from "./conditions-under-test.ts";

const KEY = standing().key;
const RULE = { name: "urgent", to: ["shift"], for: "10s" };

function afternoon(...rules: readonly object[]): Afternoon {
  return new Afternoon(planOf({ channels: { shift: HOOK, boss: HOOK }, rules }));
}

test("what stands long enough is told once, however often it is looked at, and once when it is over", () => {
  const day = afternoon(RULE);
  assert.deepEqual(day.look(NOON, [standing()]), []);
  assert.deepEqual(day.look(NOON + 9 * SECOND, [standing()]), []);
  assert.deepEqual(day.look(NOON + 10 * SECOND, [standing()]), [`shift began ${KEY}`]);
  for (let minute = 1; minute < 60; minute++)
    assert.deepEqual(day.look(NOON + minute * MINUTE, [standing()]), []);
  assert.deepEqual(day.look(NOON + HOUR, []), []);
  assert.deepEqual(day.look(NOON + HOUR + SETTLE_MS, []), [`shift ended ${KEY}`]);
  assert.deepEqual(day.look(NOON + 2 * HOUR, []), []);
});

test("a chattering alarm is one story", () => {
  const day = afternoon({ ...RULE, for: "0s" });
  assert.deepEqual(day.look(NOON, [standing()]), [`shift began ${KEY}`]);
  for (let minute = 1; minute < 60; minute++) {
    assert.deepEqual(day.look(NOON + minute * MINUTE, minute % 2 === 0 ? [standing()] : []), []);
  }
});

test("what goes before it was told is never told", () => {
  const day = afternoon(RULE);
  day.look(NOON, [standing()]);
  assert.deepEqual(day.look(NOON + 5 * SECOND, []), []);
  assert.deepEqual(day.look(NOON + HOUR, []), []);
});

test("nobody acknowledges: it is escalated once, and said again as often as the rule says", () => {
  const day = afternoon({ ...RULE, for: "0s", repeat: "30m", escalate: { after: "10m", to: ["boss"] } });
  assert.deepEqual(day.look(NOON, [standing()]), [`shift began ${KEY}`]);
  assert.deepEqual(day.look(NOON + 9 * MINUTE, [standing()]), []);
  assert.deepEqual(day.look(NOON + 10 * MINUTE, [standing()]), [`boss escalated ${KEY}`]);
  assert.deepEqual(day.look(NOON + 39 * MINUTE, [standing()]), []);
  assert.deepEqual(day.look(NOON + 40 * MINUTE, [standing()]), [`shift still ${KEY}`, `boss still ${KEY}`]);
});

test("who acknowledges is left alone, until it comes anew", () => {
  const day = afternoon({ ...RULE, for: "0s", repeat: "30m", escalate: { after: "10m", to: ["boss"] } });
  day.look(NOON, [standing()]);
  assert.deepEqual(day.look(NOON + HOUR, [standing({ acknowledged: true })]), []);
  assert.deepEqual(day.look(NOON + 2 * HOUR, [standing()]), [`shift began ${KEY}`]);
});

test("what is shelved is over for people, and nobody hears that it is", () => {
  const day = afternoon({ ...RULE, for: "0s" });
  day.look(NOON, [standing()]);
  assert.deepEqual(day.look(NOON + MINUTE, [standing({ silenced: true })]), []);
  assert.deepEqual(day.look(NOON + HOUR, [standing({ silenced: true })]), []);
  assert.deepEqual(day.look(NOON + 2 * HOUR, [standing()]), [`shift began ${KEY}`]);
});

test("in quiet hours nobody is woken but by what is critical; what still stands afterwards is told then", () => {
  const day = afternoon({ ...RULE, for: "0s", quiet: { from: "22:00", to: "06:00" } });
  const night = Date.UTC(2026, 0, 14, 22); // 23:00 in Tunis
  const passing = standing({ key: "alarm passing" });
  assert.deepEqual(day.look(night, [standing(), passing]), []);
  assert.deepEqual(day.look(night + HOUR, [standing(), standing({ key: "fire", priority: "critical" })]), [
    "shift began fire",
  ]);
  assert.deepEqual(day.look(night + 6 * HOUR + 59 * MINUTE, [standing()]), []);
  day.look(night + 7 * HOUR, [standing()]);
  assert.ok(
    day.sent
      .flatMap(({ news }) => news)
      .some(({ event, condition }) => event === "began" && condition.key === KEY),
  );
  assert.ok(!day.sent.flatMap(({ news }) => news).some(({ condition }) => condition.key === passing.key));
});

test("a rule speaks of its kinds, its places, and what is urgent enough", () => {
  const day = afternoon({
    ...RULE,
    for: "0s",
    about: ["alarm"],
    machines: ["tunis-01/line-a"],
    priority: "high",
  });
  assert.deepEqual(day.look(NOON, [standing({ key: "a", priority: "medium" })]), []);
  assert.deepEqual(day.look(NOON, [standing({ key: "b", kind: "missing" })]), []);
  assert.deepEqual(day.look(NOON, [standing({ key: "c", place: "tunis-01/line-ab/x/y" })]), []);
  assert.deepEqual(day.look(NOON, [standing({ key: "d" })]), ["shift began d"]);
});

test("two rules on one condition are one message to a channel, and each of their channels hears of it", () => {
  const day = afternoon({ ...RULE, for: "0s" }, { name: "second", for: "0s", to: ["shift", "boss"] });
  assert.deepEqual(day.look(NOON, [standing()]), [`shift began ${KEY}`, `boss began ${KEY}`]);
});

test("what can't be asked is not taken for over", () => {
  const day = afternoon({ ...RULE, for: "0s" });
  day.look(NOON, [standing()]);
  for (let minute = 1; minute < 30; minute++)
    assert.deepEqual(day.look(NOON + minute * MINUTE, [], ["not_ready"]), []);
  assert.deepEqual(day.look(NOON + HOUR, [standing()]), []);
});

test("what concerns the data center concerns a rule for any place", () => {
  const day = afternoon({ ...RULE, for: "0s", machines: [PLACE] });
  const down = standing({ key: "not_ready broker", kind: "not_ready", place: "", priority: "critical" });
  assert.deepEqual(day.look(NOON, [down]), ["shift began not_ready broker"]);
});

test("two rules that escalate to one channel are one message there, and its end is one", () => {
  const escalate = { after: "5m", to: ["boss"] };
  const day = afternoon(
    { ...RULE, for: "0s", escalate },
    { name: "second", for: "0s", to: ["shift"], escalate },
  );
  assert.deepEqual(day.look(NOON, [standing()]), [`shift began ${KEY}`]);
  assert.deepEqual(day.look(NOON + 5 * MINUTE, [standing()]), [`boss escalated ${KEY}`]);
  day.look(NOON + 6 * MINUTE, []);
  assert.deepEqual(day.look(NOON + 10 * MINUTE, []), [`shift ended ${KEY}`, `boss ended ${KEY}`]);
});
