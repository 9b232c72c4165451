import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { connectAsync } from "mqtt";
import { createWebSocketStream, WebSocket } from "ws";
import { startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

interface Handshake {
  readonly path?: string;
  readonly protocols?: readonly string[];
  readonly headers?: Record<string, string>;
}

/** The HTTP status that answers a handshake; 101 when it works. */
async function statusOf(
  port: number | undefined,
  { path = "/mqtt", protocols = ["mqtt"], headers = {} }: Handshake,
) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, [...protocols], { headers });
  return new Promise<number>((resolve, reject) => {
    socket.on("open", () => {
      socket.terminate();
      resolve(101);
    });
    socket.on("unexpected-response", (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on("error", reject);
  });
}

for (const protocolVersion of [4, 5] as const) {
  test(`MQTT.js over WebSocket, protocol version ${protocolVersion}`, async (t) => {
    const { broker, sink } = await startBroker(t, { wsPort: 0 });
    const client = await connectAsync(`ws://127.0.0.1:${broker.wsPort}/mqtt`, {
      protocolVersion,
      clientId: "browser",
    });
    await client.subscribeAsync("factory/#", { qos: 1 });
    const message = new Promise<[string, Buffer]>((resolve) => {
      client.on("message", (topic, payload) => resolve([topic, payload]));
    });
    await client.publishAsync(TOPIC, "hello", { qos: 1 });
    const [topic, payload] = await message;
    assert.deepEqual([topic, String(payload)], [TOPIC, "hello"]);
    assert.deepEqual(sink.texts(), ["hello"]);
    await client.endAsync();
  });
}

test("handshakes that aren't MQTT's are refused", async (t) => {
  const { broker } = await startBroker(t, { wsPort: 0 });
  assert.equal(await statusOf(broker.wsPort, {}), 101);
  assert.equal(await statusOf(broker.wsPort, { protocols: ["mqttv3.1", "mqtt"] }), 101);
  assert.equal(await statusOf(broker.wsPort, { path: "/mqtt?client=1" }), 101);
  assert.equal(await statusOf(broker.wsPort, { path: "/" }), 404);
  assert.equal(
    await statusOf(broker.wsPort, { path: "/../mqtt" }),
    101,
    "the client resolves the path itself",
  );
  assert.equal(await statusOf(broker.wsPort, { protocols: ["chat"] }), 400);
  assert.equal((await fetch(`http://127.0.0.1:${broker.wsPort}/mqtt`)).status, 426);
});

test("pages of other sites can't connect to a broker on loopback", async (t) => {
  const { broker, reported } = await startBroker(t, {
    wsPort: 0,
    allowedOrigins: ["https://dash.factory.example"],
  });
  const from = (origin: string, host = `127.0.0.1:${broker.wsPort}`) =>
    statusOf(broker.wsPort, { headers: { origin, host } });
  assert.equal(await from("https://evil.example"), 403);
  assert.equal(await from("null"), 403);
  assert.equal(await from("http://evil.example:8080", "evil.example:8080"), 403, "DNS rebinding");
  assert.equal(await from("http://127.0.0.1:8080"), 101);
  assert.equal(await from("http://localhost:3000", "localhost:1"), 101);
  assert.equal(await from("https://dash.factory.example", "mqtt.factory.example"), 101);
  assert.equal(await from("https://dash.factory.example.evil.example"), 403);
  const refusal = await reported("connection-refused");
  assert.equal(refusal.reason, "origin");
  assert.match(refusal.detail, /evil\.example/);
});

test("frames of text end the connection, and so does a message that is too long", async (t) => {
  const { broker } = await startBroker(t, { wsPort: 0, limits: { packetBytes: 10_000 } });
  const url = `ws://127.0.0.1:${broker.wsPort}/mqtt`;
  const text = new WebSocket(url, ["mqtt"]);
  await once(text, "open");
  text.send("CONNECT");
  assert.equal((await once(text, "close"))[0], 1003);
  const long = new WebSocket(url, ["mqtt"]);
  await once(long, "open");
  long.on("error", () => {});
  long.send(Buffer.alloc(30_000, 0x10));
  assert.equal((await once(long, "close"))[0], 1009);
});

test("[MQTT-4.2-1] packets may be cut into frames anywhere", async (t) => {
  const { broker, sink } = await startBroker(t, { wsPort: 0 });
  const socket = new WebSocket(`ws://127.0.0.1:${broker.wsPort}/mqtt`, ["mqtt"]);
  await once(socket, "open");
  const client = new RawClient(createWebSocketStream(socket), 4);
  const bytes = Buffer.from("100d00044d51545404020000000161320700016100016869", "hex");
  for (const byte of bytes) socket.send(Buffer.from([byte]));
  await client.expect("connack");
  await client.expect("puback");
  assert.deepEqual(sink.texts(), ["hi"]);
});

test("a handshake that never ends is closed", async (t) => {
  const { broker } = await startBroker(t, { wsPort: 0, limits: { connectTimeoutMs: 300 } });
  for (const begin of ["GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", ""]) {
    const socket = connect(broker.wsPort ?? 0, "127.0.0.1");
    socket.write(begin);
    socket.resume();
    await once(socket, "close");
  }
});

test("a WebSocket client is told that the broker ends, and is gone", async (t) => {
  const { broker } = await startBroker(t, { wsPort: 0 });
  const socket = new WebSocket(`ws://127.0.0.1:${broker.wsPort}/mqtt`, ["mqtt"]);
  await once(socket, "open");
  const client = new RawClient(createWebSocketStream(socket), 5);
  client.connect("browser");
  await client.expect("connack");
  await broker.stop();
  assert.equal((await client.expect("disconnect")).reasonCode, 0x8b);
  assert.equal(broker.stats().connections, 0);
});
