import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { generate, type IConnectPacket, type Packet, parser } from "mqtt-packet";
import { probeBroker } from "../../../src/adapters/mqtt-packet/probe-broker.ts";
import { afterwards } from "../../servers/afterwards.ts";

/** A broker that answers CONNECT as told; what it got is kept. */
async function broker(context: TestContext, answer: (connect: IConnectPacket, socket: Socket) => void) {
  const received: Packet[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const reader = parser({ protocolVersion: 5 });
    reader.on("packet", (packet) => {
      received.push(packet);
      if (packet.cmd === "connect") answer(packet, socket);
    });
    socket.on("data", (bytes: Buffer) => reader.parse(bytes));
    socket.on("end", () => socket.end());
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(context, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `mqtt://127.0.0.1:${port}`,
    received,
    allClosed: () => Promise.all([...sockets].map(closed)),
  };
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, "close");
}

function connack(reasonCode: number): Buffer {
  return generate(
    { cmd: "connack", sessionPresent: false, reasonCode, properties: { maximumQoS: 1 } },
    { protocolVersion: 5 },
  );
}

test("a broker that takes us is asked without a session, under a client id of its own, and left in order", async (t) => {
  const { url, received, allClosed } = await broker(t, (_, socket) => socket.write(connack(0)));
  const probe = await probeBroker({ url, clientId: "dc", username: "u", password: "p" });
  await allClosed();
  assert.equal(probe.limits.maximumQos, 1);
  const [connect, disconnect] = received;
  assert.ok(connect?.cmd === "connect");
  assert.deepEqual([connect.clientId, connect.clean, connect.username], ["dc-probe", true, "u"]);
  assert.equal(connect.properties?.sessionExpiryInterval, 0);
  assert.equal(disconnect?.cmd, "disconnect");
});

test("on MQTT 3.1.1 the session is a clean one too", async (t) => {
  const answer = generate({ cmd: "connack", sessionPresent: false, returnCode: 0 });
  const { url, received } = await broker(t, (_, socket) => socket.write(answer));
  await probeBroker({ url, clientId: "dc", protocol: 4 });
  const [connect] = received;
  assert.ok(connect?.cmd === "connect");
  assert.deepEqual([connect.protocolVersion, connect.clean], [4, true]);
});

test("a refusal, a silence, a closed door and nonsense are each told as what they are", async (t) => {
  const refusing = await broker(t, (_, socket) => socket.write(connack(0x87)));
  const closing = await broker(t, (_, socket) => socket.end());
  const silent = await broker(t, () => {});
  const talking = await broker(t, (_, socket) => socket.write(Buffer.from([0x20, 0xff, 0xff, 0xff, 0xff])));
  const ask = (url: string, connectTimeoutMs = 30_000) =>
    probeBroker({ url, clientId: "dc", connectTimeoutMs });
  await assert.rejects(ask(refusing.url), { code: "CONCHE_BROKER_REFUSED" });
  await assert.rejects(ask(closing.url), {
    code: "CONCHE_BROKER_UNREACHABLE",
    message: /without answering CONNECT/,
  });
  await assert.rejects(ask(silent.url, 100), {
    code: "CONCHE_BROKER_UNREACHABLE",
    message: /no answer within 100 ms/,
  });
  await assert.rejects(ask(talking.url), { code: "CONCHE_BROKER_PROTOCOL" });
});

test("where nobody listens, the broker is unreachable", async () => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(probeBroker({ url: `mqtt://127.0.0.1:${port}`, clientId: "dc" }), {
    code: "CONCHE_BROKER_UNREACHABLE",
    message: /ECONNREFUSED/,
  });
});
