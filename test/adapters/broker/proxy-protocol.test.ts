import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { createWebSocketStream, WebSocket } from "ws";
import { parseProxyHeader } from "../../../src/adapters/broker/proxy-header.ts";
import { startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

const SIGNATURE = "0d0a0d0a000d0a515549540a";
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
/** 203.0.113.7:56324 to 198.51.100.1:1883, with a field behind that nobody here reads. */
const IPV4 = hex(`${SIGNATURE} 21 11 0010 cb007107 c6336401 dc04 075b 04 0001 00`);
const IPV6 = hex(`${SIGNATURE} 21 21 0024 ${"20010db8000000000000000000000007".repeat(2)} dc04 075b`);
const LOCAL = hex(`${SIGNATURE} 20 00 0000`);

test("headers are read as they come, byte by byte; what isn't one is told at once", () => {
  const cases = [
    [IPV4, "203.0.113.7"],
    [IPV6, "2001:db8:0:0:0:0:0:7"],
    [LOCAL, undefined],
    [hex(`${SIGNATURE} 21 31 0000`), undefined],
  ] as const;
  for (const [bytes, remote] of cases) {
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(parseProxyHeader(bytes.subarray(0, length)), undefined);
    }
    const more = Buffer.concat([bytes, Buffer.from("more")]);
    assert.deepEqual(parseProxyHeader(more), { remote, length: bytes.length });
  }
  for (const wrong of [
    "10",
    "0d0b",
    `${SIGNATURE} 11 11 0000`,
    `${SIGNATURE} 22 11 0000`,
    `${SIGNATURE} 21 11 0004 01020304`,
    `${SIGNATURE} 21 11 ffff`,
  ]) {
    assert.equal(
      typeof parseProxyHeader(hex(wrong.padEnd(wrong.includes(SIGNATURE) ? 0 : 2))),
      "string",
      wrong,
    );
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const header = parseProxyHeader(Buffer.from(bytes));
      assert.ok(header === undefined || typeof header === "string" || header.length <= bytes.length);
    }),
  );
});

/** A connection that begins with the header, which comes in two pieces. */
function through(port: number, header: Buffer): RawClient {
  const client = new RawClient(connect({ port, host: "127.0.0.1", noDelay: true }), 5);
  client.write(header.subarray(0, 5));
  setImmediate(() => client.write(header.subarray(5)));
  return client;
}

test("behind a load balancer clients have the addresses that it says", async (t) => {
  const { port, reported, sink } = await startBroker(t, { proxyProtocol: true });
  const client = through(port, IPV4);
  setImmediate(() => client.connect("machine"));
  await client.expect("connack");
  assert.equal((await reported("connected")).remote, "203.0.113.7");
  client.publish(TOPIC, "x", 1, 1);
  await client.expect("puback");
  assert.deepEqual(sink.texts(), ["x"]);
  const health = through(port, LOCAL);
  setImmediate(() => health.connect("balancer"));
  await health.expect("connack");
});

test("who comes without a header, or never ends it, is not let in", async (t) => {
  const { port, reported } = await startBroker(t, { proxyProtocol: true, limits: { connectTimeoutMs: 200 } });
  const direct = RawClient.open(port, 5);
  direct.connect("direct");
  await direct.closed;
  assert.deepEqual(direct.packets, []);
  assert.equal((await reported("connection-refused")).reason, "protocol");
  const slow = RawClient.open(port, 5);
  slow.write(IPV4.subarray(0, 20));
  await slow.closed;
});

test("the same in front of WebSockets", async (t) => {
  const { broker, reported } = await startBroker(t, { proxyProtocol: true, wsPort: 0 });
  const socket = connect({ port: broker.wsPort ?? 0, host: "127.0.0.1" });
  socket.write(IPV6);
  const webSocket = new WebSocket(`ws://127.0.0.1:${broker.wsPort}/mqtt`, ["mqtt"], {
    createConnection: () => socket,
  });
  await once(webSocket, "open");
  const client = new RawClient(createWebSocketStream(webSocket), 5);
  client.connect("browser");
  await client.expect("connack");
  assert.equal((await reported("connected")).remote, "2001:db8:0:0:0:0:0:7");
});
