import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { generate, type Packet } from "mqtt-packet";
import { STATE, startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

const CASES = 6_000;
const AT_ONCE = 40;

const USER = { userProperties: { boot: "b-12345678", seq: "1", many: ["a", "b"] } };
const PUBLISH = {
  cmd: "publish",
  topic: TOPIC,
  payload: '{"v":2}',
  retain: false,
  dup: false,
  messageId: 1,
} as const;

/** Valid packets of every kind, also of those that only a server sends. */
const PACKETS: readonly Packet[] = [
  { ...PUBLISH, qos: 0 },
  { ...PUBLISH, qos: 1, properties: { ...USER, contentType: "application/json", messageExpiryInterval: 9 } },
  {
    ...PUBLISH,
    qos: 1,
    topic: STATE,
    retain: true,
    properties: { topicAlias: 3, correlationData: Buffer.from("x") },
  },
  { ...PUBLISH, qos: 2, properties: { responseTopic: "a/b", payloadFormatIndicator: true } },
  {
    cmd: "subscribe",
    messageId: 2,
    subscriptions: [
      { topic: "factory/+/#", qos: 1, rh: 1, rap: true, nl: true },
      { topic: "__proto__", qos: 2 },
      { topic: "a/b", qos: 0 },
    ],
    properties: { subscriptionIdentifier: 5, ...USER },
  },
  { cmd: "unsubscribe", messageId: 3, unsubscriptions: ["factory/#", "constructor"], properties: USER },
  { cmd: "puback", messageId: 1, reasonCode: 0, properties: { reasonString: "fine" } },
  { cmd: "pubrec", messageId: 1, reasonCode: 0 },
  { cmd: "pubrel", messageId: 1, reasonCode: 0 },
  { cmd: "pubcomp", messageId: 1, reasonCode: 0 },
  { cmd: "pingreq" },
  { cmd: "pingresp" },
  { cmd: "disconnect", reasonCode: 4, properties: { sessionExpiryInterval: 100, reasonString: "bye" } },
  {
    cmd: "auth",
    reasonCode: 0,
    properties: { authenticationMethod: "m", authenticationData: Buffer.from("d") },
  },
  { cmd: "connack", reasonCode: 0, returnCode: 0, sessionPresent: false },
  { cmd: "suback", messageId: 1, granted: [0, 1] },
  { cmd: "unsuback", messageId: 1, granted: [0] },
];

const connectPacket = (protocolVersion: 4 | 5): Packet => ({
  cmd: "connect",
  protocolId: "MQTT",
  protocolVersion,
  clean: protocolVersion === 5,
  clientId: "mutant",
  keepalive: 10,
  username: "user",
  password: Buffer.from("password"),
  will: {
    topic: STATE,
    payload: Buffer.from("will"),
    qos: 1,
    retain: true,
    ...(protocolVersion === 5 ? { properties: { willDelayInterval: 0, ...USER } } : {}),
  },
  ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 5, receiveMaximum: 4, ...USER } } : {}),
});

const version = fc.constantFrom<4 | 5>(4, 5);

/** Changes bytes, takes some out, puts some in, cuts the end, and repairs nothing. */
const mutation = fc.record({
  kind: fc.constantFrom("flip", "delete", "insert", "cut", "length", "none"),
  at: fc.nat({ max: 10_000 }),
  byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
});

function mutated(bytes: Buffer, { kind, at, byte }: { kind: string; at: number; byte: number }): Buffer {
  const index = at % bytes.length;
  const before = bytes.subarray(0, index);
  switch (kind) {
    case "flip":
      return Buffer.concat([before, Buffer.from([byte]), bytes.subarray(index + 1)]);
    case "delete":
      return Buffer.concat([before, bytes.subarray(index + 1 + (byte % 4))]);
    case "insert":
      return Buffer.concat([before, Buffer.from([byte]), bytes.subarray(index)]);
    case "cut":
      return before;
    case "length":
      return Buffer.concat([bytes.subarray(0, 1), Buffer.from([byte]), bytes.subarray(2)]);
    default:
      return bytes;
  }
}

const mutants = version.chain((protocolVersion) => {
  const packet = fc.oneof(fc.constantFrom(...PACKETS), fc.constant(connectPacket(protocolVersion)));
  const one = fc.tuple(packet, fc.array(mutation, { maxLength: 3 })).map(([valid, mutations]) => {
    let bytes = generate(valid, { protocolVersion: valid.cmd === "auth" ? 5 : protocolVersion });
    for (const each of mutations) if (bytes.length > 0) bytes = mutated(bytes, each);
    return bytes;
  });
  const rest = fc.array(one, { maxLength: 6 }).map((packets) => Buffer.concat(packets));
  const connecting = fc.constant(generate(connectPacket(protocolVersion), { protocolVersion }));
  return fc.oneof(
    fc.record({ opening: connecting, wait: fc.constant(true), rest }),
    fc.record({ opening: connecting, wait: fc.constant(false), rest }),
    fc.record({ opening: one, wait: fc.constant(false), rest }),
  );
});

const noise = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const noiseAfterConnect = fc.record({
  opening: version.map((protocolVersion) => generate(connectPacket(protocolVersion), { protocolVersion })),
  wait: fc.boolean(),
  rest: noise,
});
const onlyNoise = noise.map((opening) => ({ opening, wait: false, rest: Buffer.alloc(0) }));

interface Conversation {
  readonly opening: Buffer;
  /** Whether to wait for the CONNACK. */
  readonly wait: boolean;
  readonly rest: Buffer;
}

/** Says it all, says goodbye the TCP way, and resolves when the broker has closed as well. */
function attack(port: number, { opening, wait, rest }: Conversation): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.resume();
    if (wait) {
      socket.write(opening);
      socket.once("data", () => socket.end(rest));
    } else {
      socket.end(Buffer.concat([opening, rest]));
    }
  });
}

test(`${CASES} broken conversations: no crash, no leak, others are served`, {
  timeout: 120_000,
}, async (t) => {
  const { port, broker, sink, events } = await startBroker(t, { limits: { sessions: 5 } });
  const seed = Number(process.env.CONCHE_TEST_SEED ?? Date.now() % 1_000_000_000);
  t.diagnostic(`CONCHE_TEST_SEED=${seed}`);
  const subscribers = [
    await RawClient.connected(port, 4, "good-4"),
    await RawClient.connected(port, 5, "good-5"),
  ];
  for (const subscriber of subscribers) {
    subscriber.subscribe(1, ["#", 1]);
    await subscriber.expect("suback");
  }
  const conversation = fc.oneof(
    { weight: 8, arbitrary: mutants },
    { weight: 1, arbitrary: onlyNoise },
    { weight: 1, arbitrary: noiseAfterConnect },
  );
  const conversations = fc.sample(conversation, { numRuns: CASES, seed });
  const attackers = Array.from({ length: AT_ONCE }, async () => {
    for (let next = conversations.pop(); next !== undefined; next = conversations.pop())
      await attack(port, next);
  });
  await Promise.all(attackers);

  for (const [index, subscriber] of subscribers.entries()) {
    await subscriber.ping();
    subscriber.publish(TOPIC, `still here ${index}`, 1, 1);
    let packet = await subscriber.next();
    while (packet !== undefined && packet.cmd !== "puback") packet = await subscriber.next();
    assert.equal(packet?.cmd, "puback", "the good client is still connected and served");
  }
  assert.ok(sink.texts().includes("still here 1"));
  assert.deepEqual(
    events.filter(({ kind }) => kind === "defect"),
    [],
  );
  while (broker.stats().connections > 2) await subscribers[0]?.ping();
  const { clients, inFlight, sessions } = broker.stats();
  assert.deepEqual([clients, inFlight], [2, 0]);
  assert.ok(sessions <= 5, "those of the mutants, who have changed their names as well");
});
