import assert from "node:assert/strict";
import { test } from "node:test";
import { Session, type Subscription } from "../../src/broker/session.ts";
import { SubscriptionIndex } from "../../src/broker/subscription-index.ts";

function subscription(session: Session, matched: string, more: Partial<Subscription> = {}): Subscription {
  return {
    session,
    filter: matched,
    matched,
    group: undefined,
    qos: 1,
    noLocal: false,
    retainAsPublished: false,
    identifier: 0,
    ...more,
  };
}

const sessionOf = (clientId: string) => new Session(clientId, undefined, "");
const names = (index: SubscriptionIndex, topic: string, publisher = "") =>
  index.recipients(topic, publisher).map(({ session }) => session.clientId);

test("[MQTT-3.3.4-2] [MQTT-3.3.4-4] overlapping subscriptions: one copy, the highest QoS, all identifiers", () => {
  const index = new SubscriptionIndex();
  const [one, other] = [sessionOf("one"), sessionOf("other")];
  index.add(subscription(one, "a/#", { qos: 0, identifier: 7 }));
  index.add(subscription(one, "a/+", { qos: 2, identifier: 8, retainAsPublished: true }));
  index.add(subscription(one, "a/b", { qos: 1 }));
  index.add(subscription(other, "a/b", { qos: 1, identifier: 9 }));
  const recipients = index.recipients("a/b", "");
  const shown = recipients.map(({ session, qos, identifiers, retainAsPublished }) => [
    session.clientId,
    qos,
    [...identifiers].toSorted(),
    retainAsPublished,
  ]);
  assert.deepEqual(shown.toSorted(), [
    ["one", 2, [7, 8], true],
    ["other", 1, [9], false],
  ]);
});

test("[MQTT-3.8.3-3] No Local: a client's own messages don't come back by that subscription", () => {
  const index = new SubscriptionIndex();
  const one = sessionOf("one");
  index.add(subscription(one, "a", { noLocal: true, qos: 2 }));
  assert.deepEqual(names(index, "a", "one"), []);
  assert.deepEqual(names(index, "a", "other"), ["one"]);
  index.add(subscription(one, "+", { qos: 0 }));
  assert.deepEqual(
    index.recipients("a", "one").map(({ qos }) => qos),
    [0],
    "another of its subscriptions counts by itself",
  );
});

test("[MQTT-4.8.2-4] a shared subscription gives each message to one of its members, in turns", () => {
  const index = new SubscriptionIndex();
  const members = ["one", "two", "three"].map(sessionOf);
  const shared = members.map((session) => subscription(session, "a", { group: "g", filter: "$share/g/a" }));
  for (const each of shared) index.add(each);
  index.add(subscription(sessionOf("alone"), "a"));
  index.add(subscription(sessionOf("elsewhere"), "a", { group: "h", filter: "$share/h/a" }));
  const got = new Map<string, number>();
  for (let count = 0; count < 9; count++) {
    for (const name of names(index, "a")) got.set(name, (got.get(name) ?? 0) + 1);
  }
  assert.deepEqual([...got].toSorted(), [
    ["alone", 9],
    ["elsewhere", 9],
    ["one", 3],
    ["three", 3],
    ["two", 3],
  ]);
  for (const each of shared) index.remove(each);
  assert.deepEqual(names(index, "a").toSorted(), ["alone", "elsewhere"]);
});

test("a client of a group and on its own gets a copy of each", () => {
  const index = new SubscriptionIndex();
  const one = sessionOf("one");
  index.add(subscription(one, "a"));
  index.add(subscription(one, "a", { group: "g", filter: "$share/g/a" }));
  assert.deepEqual(names(index, "a"), ["one", "one"]);
});

test("nothing is left of subscriptions that are gone", () => {
  const index = new SubscriptionIndex();
  const all = ["a/b", "a/+/c", "#"].flatMap((filter) => [
    subscription(sessionOf("one"), filter),
    subscription(sessionOf("two"), filter, { group: "g", filter: `$share/g/${filter}` }),
  ]);
  for (const each of all) index.add(each);
  for (const each of all) index.remove(each);
  assert.deepEqual([index.size, index.bytes, names(index, "a/b")], [0, 0, []]);
});
