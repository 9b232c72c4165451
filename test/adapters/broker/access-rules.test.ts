import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccessRules, Subject } from "../../../src/access/access-rules.ts";
import { STATE, startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

/** Rules that a test changes while connections stand. */
class ChangingRules implements AccessRules {
  epoch = 0;
  readonly asked: string[] = [];
  #closed = new Set<string>();

  /** From now on these clients may do nothing on these topics and filters. */
  take(...rights: readonly `${string} ${string}`[]): void {
    this.#closed = new Set(rights);
    this.epoch++;
  }

  publishRefusal({ clientId }: Subject, topic: string): string | undefined {
    this.asked.push(`${clientId} ${topic}`);
    return this.#closed.has(`${clientId} ${topic}`) ? "not yours any more" : undefined;
  }

  subscribeRefusal({ clientId }: Subject, filter: string): string | undefined {
    return this.#closed.has(`${clientId} ${filter}`) ? "not yours any more" : undefined;
  }

  mayReceive({ clientId }: Subject, topic: string): boolean {
    return !this.#closed.has(`${clientId} ${topic}`);
  }
}

for (const version of [4, 5] as const) {
  const name = version === 5 ? "MQTT 5" : "MQTT 3.1.1";

  test(`${name}: a right to publish that is taken away ends with the next packet, on a topic used before`, async (t) => {
    const rules = new ChangingRules();
    const { port, broker, sink } = await startBroker(t, { rules });
    const client = await RawClient.connected(port, version, "conche-01");
    for (const id of [1, 2, 3]) {
      client.publish(TOPIC, `${id}`, 1, id);
      await client.expect("puback");
    }
    assert.deepEqual(rules.asked, [`conche-01 ${TOPIC}`], "one answer serves the messages of an epoch");
    rules.take(`conche-01 ${TOPIC}`);
    client.publish(TOPIC, "4", 1, 4);
    if (version === 5) assert.equal((await client.expect("puback")).reasonCode, 0x87);
    else await client.closed;
    assert.deepEqual([sink.accepted.length, broker.stats().publishesRefused], [3, { "not-authorized": 1 }]);
  });

  test(`${name}: a right to receive that is taken away ends with the next message, and so does the subscription`, async (t) => {
    const rules = new ChangingRules();
    const { port, reported } = await startBroker(t, { rules });
    const reader = await RawClient.connected(port, version, "display");
    reader.subscribe(1, [TOPIC, 1], ["factory/+/+/+/+/state", 1]);
    await reader.expect("suback");
    const machine = await RawClient.connected(port, version, "conche-01");
    machine.publish(TOPIC, "before", 1, 1);
    assert.equal((await reader.expect("publish")).payload?.toString(), "before");
    rules.take(`display ${TOPIC}`);
    machine.publish(TOPIC, "after", 1, 2);
    machine.publish(STATE, "still", 1, 3);
    assert.equal((await reader.expect("publish")).payload?.toString(), "still");
    assert.equal((await reported("delivery-dropped")).reason, "not-authorized");
    reader.subscribe(2, [TOPIC, 1]);
    assert.deepEqual((await reader.expect("suback")).granted, [version === 5 ? 0x87 : 0x80]);
    assert.equal((await reported("subscribe-refused")).filter, TOPIC);
  });

  test(`${name}: a will is asked for at CONNECT, and again when it is due`, async (t) => {
    const rules = new ChangingRules();
    const { port, sink, reported } = await startBroker(t, { rules });
    const connect = { will: { topic: STATE, payload: Buffer.from("gone"), qos: 1 as const, retain: true } };
    const machine = await RawClient.connected(port, version, "conche-01", connect);
    rules.take(`conche-01 ${STATE}`);
    machine.stream.destroy();
    assert.equal((await reported("will-discarded")).reason, "not-authorized");
    assert.equal(sink.accepted.length, 0);
    await assert.rejects(RawClient.connected(port, version, "conche-01", connect));
    assert.equal((await reported("connection-refused")).reason, "will");
  });
}
