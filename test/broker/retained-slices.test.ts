import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, type Packet } from "mqtt-packet";
import type { Connection } from "../../src/broker/connection.ts";
import { BrokerInMemory } from "./broker-in-memory.ts";
import { messageOf } from "./messages.ts";

const RETAINED = 50_000;
/** What one client may be sent, and what may be looked at for it, before others have their turn. */
const SENT_IN_ONE_GO = 200;
const LEVELS_IN_ONE_GO = 500;

const bytesOf = (packet: Packet) => generate(packet, { protocolVersion: 5 });

function broker(): BrokerInMemory {
  const bench = new BrokerInMemory();
  for (let number = 0; number < RETAINED; number++) {
    const topic = `factory/site/line-${number % 50}/s5_tempering/machine-${number}/state`;
    bench.core.retained.store(messageOf(topic, '{"v":2}', { retain: true }));
  }
  assert.equal(bench.core.retained.size, RETAINED);
  return bench;
}

async function connected(bench: BrokerInMemory, clientId: string): Promise<Connection> {
  const client = bench.open();
  const words = {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 5,
    clean: true,
    keepalive: 0,
  } as const;
  bench.core.connections.receive(client, generate({ ...words, clientId }));
  await Promise.resolve();
  await Promise.resolve();
  client.output.take();
  return client;
}

function subscribe(bench: BrokerInMemory, client: Connection, topic: string, qos: 0 | 1): void {
  const packet = bytesOf({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos }] });
  bench.core.connections.receive(client, packet);
}

/** Another client asks and is answered at once, whatever the first one is being sent. */
function assertServed(bench: BrokerInMemory, other: Connection): void {
  bench.core.connections.receive(other, bytesOf({ cmd: "pingreq" }));
  assert.deepEqual(Buffer.concat(other.output.take()), Buffer.from([0xd0, 0]));
}

test("a subscription to everything at 50,000 retained topics is served 200 at a time, others in between", async () => {
  const bench = broker();
  const greedy = await connected(bench, "greedy");
  const other = await connected(bench, "other");
  let before = bench.counters.messagesOut;
  subscribe(bench, greedy, "#", 0);
  for (let turns = 1; ; turns++) {
    const sent = bench.counters.messagesOut - before;
    assert.ok(sent <= SENT_IN_ONE_GO, `${sent} in one go`);
    assert.ok(turns <= RETAINED, "it comes to an end");
    if (bench.counters.messagesOut === RETAINED) break;
    before = bench.counters.messagesOut;
    greedy.output.take();
    assertServed(bench, other);
    bench.turn();
  }
});

test("so are many subscriptions in one packet, together", async () => {
  const bench = broker();
  const greedy = await connected(bench, "greedy");
  const other = await connected(bench, "other");
  const subscriptions = Array.from({ length: 20 }, (_, line) => ({
    topic: `factory/+/line-${line}/#`,
    qos: 0 as const,
  }));
  let before = bench.counters.messagesOut;
  bench.core.connections.receive(greedy, bytesOf({ cmd: "subscribe", messageId: 1, subscriptions }));
  while (bench.counters.messagesOut < (RETAINED / 50) * 20) {
    const sent = bench.counters.messagesOut - before;
    assert.ok(sent <= SENT_IN_ONE_GO, `${sent} in one go`);
    before = bench.counters.messagesOut;
    greedy.output.take();
    assertServed(bench, other);
    bench.turn();
  }
});

test("a search that finds nothing rests, too", async () => {
  const bench = broker();
  const searcher = await connected(bench, "searcher");
  const other = await connected(bench, "other");
  subscribe(bench, searcher, "+/+/+/+/+/none", 0);
  searcher.output.take();
  let turns = 0;
  for (; bench.waiting > 0; turns++) {
    assertServed(bench, other);
    bench.turn();
  }
  assert.equal(bench.counters.messagesOut, 0);
  // Every machine is looked at, and what is above it.
  assert.equal(turns, Math.floor((RETAINED + 50 * 2 + 2) / LEVELS_IN_ONE_GO));
});
