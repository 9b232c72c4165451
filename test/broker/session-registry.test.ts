import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { BrokerMessage } from "../../src/broker/broker-message.ts";
import type { Flight } from "../../src/broker/outgoing.ts";
import { SessionChanges } from "../../src/broker/session-changes.ts";
import { type SessionLosses, SessionRegistry } from "../../src/broker/session-registry.ts";
import { SubscriptionIndex } from "../../src/broker/subscription-index.ts";
import { messageOf } from "./messages.ts";

const LIMITS = { sessions: 3, queuedMessages: 4, queuedBytes: 4_000, sentBytes: 1_000 };
const QUIET: SessionLosses = { queueOverflow: () => {}, sessionEnded: () => {}, ended: () => {} };

function registry(losses: Partial<SessionLosses> = {}, limits = LIMITS): SessionRegistry {
  return new SessionRegistry(limits, new SubscriptionIndex(), new SessionChanges(false), {
    ...QUIET,
    ...losses,
  });
}

function flightOf(message: BrokerMessage): Flight {
  return { message, qos: 1, retain: false, subscriptionIdentifiers: [], packetId: 0, released: false };
}

test("what a session is owed is kept in order and within its limits, and the books add up", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("enqueue" as const), bytes: fc.integer({ min: 0, max: 1_500 }) }),
    fc.record({ kind: fc.constant("send" as const) }),
    fc.record({ kind: fc.constant("complete" as const), which: fc.nat({ max: 5 }) }),
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 80 }),
      fc.integer({ min: 1, max: 5 }),
      (steps, receiveMaximum) => {
        let lost = 0;
        const sessions = registry({ queueOverflow: () => lost++ });
        const session = sessions.create("client", undefined, "");
        let waiting: Flight[] = [];
        const sent: Flight[] = [];
        for (const each of steps) {
          if (each.kind === "enqueue") {
            const flight = flightOf(messageOf("a/b", Buffer.alloc(each.bytes)));
            const before = lost;
            const kept = sessions.enqueue(session, flight);
            waiting.push(flight);
            assert.equal(kept, lost === before);
            // The oldest of what waits goes first.
            waiting = waiting.slice(lost - before);
          } else if (each.kind === "send") {
            const flight = sessions.send(session, receiveMaximum);
            if (flight === undefined) continue;
            assert.equal(flight, waiting.shift());
            assert.ok(!sent.some(({ packetId }) => packetId === flight.packetId));
            sent.push(flight);
          } else {
            const [flight] = sent.splice(each.which, 1);
            assert.equal(sessions.complete(session, flight?.packetId ?? 77), flight !== undefined);
          }
          assert.deepEqual([...session.outgoing.sent()], sent);
          assert.deepEqual(
            [session.outgoing.waiting, session.outgoing.first()],
            [waiting.length, waiting[0]],
          );
          const held = [...sent, ...waiting].map(({ message }) => message.heldBytes);
          assert.deepEqual(
            [sessions.queued, sessions.queuedBytes],
            [held.length, held.reduce((sum, bytes) => sum + bytes, 0)],
          );
          assert.ok(sent.length <= receiveMaximum && waiting.length <= LIMITS.queuedMessages);
          assert.ok(waiting.length === 0 || sessions.queuedBytes <= LIMITS.queuedBytes);
        }
        sessions.end(session);
        assert.deepEqual([sessions.queued, sessions.queuedBytes], [0, 0]);
      },
    ),
  );
});

test("where memory is short, whoever is owed most loses, and not who comes next", () => {
  const lost: string[] = [];
  const limits = { ...LIMITS, queuedMessages: 1_000 };
  const sessions = registry({ queueOverflow: ({ clientId }) => lost.push(clientId) }, limits);
  const [greedy, modest] = [
    sessions.create("greedy", undefined, ""),
    sessions.create("modest", undefined, ""),
  ];
  for (let count = 0; count < 8; count++)
    sessions.enqueue(greedy, flightOf(messageOf("a", Buffer.alloc(200))));
  for (let count = 0; count < 3; count++)
    sessions.enqueue(modest, flightOf(messageOf("b", Buffer.alloc(200))));
  assert.ok(lost.length > 0);
  assert.deepEqual(new Set(lost), new Set(["greedy"]));
  assert.equal(modest.outgoing.waiting, 3);
});

test("properties count like payloads", () => {
  const lost: string[] = [];
  const sessions = registry({ queueOverflow: (_, topic) => lost.push(topic) });
  const session = sessions.create("away", undefined, "");
  const userProperties = { why: "x".repeat(1_500) };
  for (const number of [1, 2, 3, 4])
    sessions.enqueue(session, flightOf(messageOf(`a/${number}`, "{}", { userProperties })));
  assert.deepEqual(lost, ["a/1", "a/2"]);
});

test("sessions end when they have been away too long, and when there are too many", () => {
  const ended: string[] = [];
  const sessions = registry({ sessionEnded: ({ clientId }, reason) => ended.push(`${clientId} ${reason}`) });
  const away = (clientId: string, expirySeconds: number, since: number) => {
    const session = sessions.create(clientId, undefined, "");
    sessions.setExpiry(session, expirySeconds);
    session.awaySince = since;
  };
  away("one", 10, 1_000);
  away("two", 100, 500);
  sessions.setExpiry(sessions.create("connected", undefined, ""), 10);
  sessions.expire(10_999);
  assert.deepEqual(ended, []);
  sessions.expire(11_000);
  assert.deepEqual(ended, ["one expired"]);
  away("three", 1_000, 2_000);
  away("four", 1_000, 3_000);
  assert.deepEqual(ended, ["one expired", "two sessions"], "the one away longest");
  assert.equal(sessions.kept, 3);
  const connected = sessions.get("connected");
  if (connected !== undefined) sessions.setExpiry(connected, 0);
  assert.equal(sessions.kept, 2);
});

test("a kept message does not hold on to what it was read with", () => {
  const read = Buffer.alloc(65_536, "x");
  const message = messageOf("a", "");
  message.payload = read.subarray(10, 20);
  message.keep();
  assert.notEqual(message.payload.buffer, read.buffer);
  assert.equal(message.payload.toString(), "xxxxxxxxxx");
});
