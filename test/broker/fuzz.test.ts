import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, type Packet } from "mqtt-packet";
import type { Connection } from "../../src/broker/connection.ts";
import { liveHeap } from "../live-heap.ts";
import { BrokerInMemory } from "./broker-in-memory.ts";

/** Packets of each half; CONCHE_TEST_PACKETS=10000000 is the whole. */
const PACKETS = Number(process.env.CONCHE_TEST_PACKETS ?? 60_000);
const ROUND = 100_000;
const CLIENTS = 20;
/** What may be left of a half, bytes: an object for each of its packets would be more. */
const LEFT = 3_000_000;

const USER = { userProperties: { boot: "b-12345678", seq: "1", many: ["a", "b"] } };
const PUBLISH = {
  cmd: "publish",
  topic: "factory/a",
  payload: '{"v":2}',
  retain: false,
  dup: false,
  messageId: 1,
} as const;

const VALID: readonly Packet[] = [
  { ...PUBLISH, qos: 0 },
  { ...PUBLISH, qos: 1, properties: { ...USER, contentType: "application/json", messageExpiryInterval: 9 } },
  {
    ...PUBLISH,
    qos: 2,
    retain: true,
    topic: "a/b",
    properties: { topicAlias: 3, correlationData: Buffer.from("x") },
  },
  { cmd: "pubrel", messageId: 1, reasonCode: 0 },
  { cmd: "puback", messageId: 1, reasonCode: 0 },
  { cmd: "pubrec", messageId: 1, reasonCode: 0 },
  { cmd: "pubcomp", messageId: 1, reasonCode: 0 },
  {
    cmd: "subscribe",
    messageId: 2,
    subscriptions: [
      { topic: "factory/+/#", qos: 1, rh: 1, rap: true, nl: true },
      { topic: "$share/g/a/+", qos: 2 },
    ],
    properties: { subscriptionIdentifier: 5 },
  },
  { cmd: "unsubscribe", messageId: 3, unsubscriptions: ["factory/+/#", "constructor"] },
  { cmd: "pingreq" },
  { cmd: "disconnect", reasonCode: 4, properties: { sessionExpiryInterval: 1 } },
];

/** Numbers that are the same for the same seed (xorshift32): fast-check would take longer than the broker. */
function numbers(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const seed = Number(process.env.CONCHE_TEST_SEED ?? Date.now() % 1_000_000_000);
const below = numbers(seed);
const bench = new BrokerInMemory({ sessions: 50, queuedBytes: 1_000_000, retainedBytes: 100_000 });
const { connections } = bench.core;
const packets = new Map(
  [4, 5].map((protocolVersion) => [
    protocolVersion,
    VALID.map((each) => generate(each, { protocolVersion })),
  ]),
);

async function connect(place: number): Promise<Connection> {
  const connection = bench.open();
  const protocolVersion = place % 2 === 0 ? 5 : 4;
  const more =
    protocolVersion === 5
      ? { properties: { sessionExpiryInterval: below(3), topicAliasMaximum: below(3) } }
      : {};
  const packet = { cmd: "connect", protocolId: "MQTT", protocolVersion, keepalive: 0 } as const;
  const clientId = `client-${place}`;
  connections.receive(connection, generate({ ...packet, clean: below(2) === 0, clientId, ...more }));
  await Promise.resolve();
  await Promise.resolve();
  return connection;
}

/** Packets of many clients, valid and not; then all of them go, and nothing of them may be left. */
async function round(count: number): Promise<void> {
  const clients: (Connection | undefined)[] = Array.from({ length: CLIENTS });
  for (let sent = 0; sent < count; sent++) {
    const place = below(CLIENTS);
    let client = clients[place];
    if (client === undefined || client.phase === "closed") {
      if (client !== undefined) connections.gone(client);
      client = await connect(place);
      clients[place] = client;
    }
    const known = packets.get(place % 2 === 0 ? 5 : 4) ?? [];
    const bytes = Buffer.from(known[below(known.length)] ?? []);
    // Most are changed somewhere, and some of these are valid all the same.
    for (let changes = below(3); changes > 0; changes--) bytes[below(bytes.length)] = below(256);
    const cut = below(8) === 0 ? below(bytes.length) : 0;
    connections.receive(client, bytes.subarray(0, bytes.length - cut));
    client.output.take();
    if (below(10) === 0) bench.turn();
    if (below(100) === 0) bench.core.tick();
  }
  for (const client of clients) if (client !== undefined) connections.gone(client);
  bench.turn();
  bench.now += 10_000_000_000;
  bench.core.tick();
  bench.turn();
  assert.deepEqual([bench.core.clients, connections.open.size, bench.counters.inFlight], [0, 0, 0]);
  const { kept, queued, queuedBytes } = bench.core.sessions;
  assert.deepEqual([kept, queued, queuedBytes], [0, 0, 0]);
  assert.deepEqual(bench.defects, []);
}

/** Each round is a test of the file, told of when it ends: millions of packets take longer than whoever watches waits. */
function half(name: string): void {
  for (let sent = 0; sent < PACKETS; sent += ROUND) {
    test(`CONCHE_TEST_SEED=${seed}, ${name}, from packet ${sent}: no defect, the books add up`, () =>
      round(Math.min(ROUND, PACKETS - sent)));
  }
}

let before = Number.NaN;
half("first half");
test("what is on the heap after the first half", async () => {
  before = await liveHeap();
});
half("second half");
test(`nothing of twice ${PACKETS} packets is left behind`, async (t) => {
  const left = (await liveHeap()) - before;
  t.diagnostic(
    `${bench.counters.messagesIn} messages taken, ${left} bytes more on the heap after the second half`,
  );
  assert.ok(left < LEFT, `${left} bytes are left`);
  assert.ok(bench.counters.messagesIn > PACKETS / 20, "enough of them were taken");
});
