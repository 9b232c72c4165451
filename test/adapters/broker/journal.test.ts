import assert from "node:assert/strict";
import { test } from "node:test";
import { BrokerJournal } from "../../../src/adapters/broker/broker-journal.ts";
import type { ReportedEvent } from "../../../src/broker/broker-event.ts";

test("a flood of events is counted in full and reported in part, with how many were left out", (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const events: ReportedEvent[] = [];
  const journal = new BrokerJournal((event) => events.push(event));
  const refuse = () =>
    journal.report({
      kind: "publish-refused",
      clientId: "a",
      user: undefined,
      remote: "127.0.0.1",
      topic: "b",
      reason: "malformed",
      detail: "c",
    });
  for (let count = 0; count < 1_000; count++) refuse();
  assert.equal(events.length, 20);
  assert.equal(journal.publishesRefused.malformed, 1_000);
  journal.report({ kind: "retained-dropped", topic: "x" });
  assert.equal(events.at(-1)?.kind, "retained-dropped", "another kind has room of its own");
  now = 1_000;
  refuse();
  assert.equal(events.at(-1)?.suppressed, 980);
  refuse();
  assert.equal(events.at(-1)?.suppressed, 0);
});

test("texts of clients are cut, nothing needs a listener", () => {
  const events: ReportedEvent[] = [];
  const long = "x".repeat(100_000);
  new BrokerJournal((event) => events.push(event)).report({
    kind: "subscribe-refused",
    clientId: "a",
    user: undefined,
    remote: "127.0.0.1",
    filter: long,
    detail: "no",
  });
  const [event] = events;
  assert.ok(event?.kind === "subscribe-refused" && event.filter.length <= 201);
  new BrokerJournal(undefined).defect(new Error("nobody listens"));
});
