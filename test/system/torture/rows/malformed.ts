import { once } from "node:events";
import { readdirSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { generate, type Packet } from "mqtt-packet";
import { freePort, NO_MOSQUITTO, startMosquitto } from "../../../servers/mosquitto.ts";
import { Center } from "../center.ts";
import { settle } from "../faults.ts";
import { Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";
import type { TortureRun } from "../torture-run.ts";
import { residentMiB } from "./slow-disk.ts";

const CONVERSATIONS = 400;
const GROWTH_MIB = 120;
const TOPIC = "factory/tunis-01/line-a/s5_tempering/temper-01/telemetry";

/** What an honest client says, and an honest broker: the ground that is damaged. */
const CLIENT: readonly Packet[] = [
  { cmd: "connect", protocolId: "MQTT", protocolVersion: 5, clean: true, clientId: "m", keepalive: 30 },
  { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "datacenter/#", qos: 1 }] },
  { cmd: "publish", topic: TOPIC, payload: "{", qos: 1, messageId: 2, dup: false, retain: false },
  { cmd: "pingreq" },
  { cmd: "disconnect", reasonCode: 0 },
] as Packet[];
const BROKER: readonly Packet[] = [
  { cmd: "connack", sessionPresent: false, reasonCode: 0 },
  { cmd: "suback", messageId: 1, granted: [1, 1] },
  { cmd: "publish", topic: TOPIC, payload: "{", qos: 1, messageId: 9, dup: false, retain: false },
  { cmd: "puback", messageId: 1, reasonCode: 0 },
  { cmd: "pingresp" },
] as Packet[];

/** A conversation with bytes flipped, cut out, put in, or with its packets out of order. */
function damaged(run: TortureRun, packets: readonly Packet[]): Buffer {
  const order = run.chance(0.3) ? [...packets].sort(() => run.random() - 0.5) : packets;
  let bytes = Buffer.concat(order.map((packet) => Buffer.from(generate(packet, { protocolVersion: 5 }))));
  for (let count = run.integer(1, 4); count > 0; count--) {
    const at = run.integer(0, bytes.length - 1);
    const kind = run.random();
    if (kind < 0.6) bytes[at] = run.integer(0, 255);
    else if (kind < 0.8)
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + run.integer(1, 8))]);
    else bytes = Buffer.concat([bytes.subarray(0, at), noise(run), bytes.subarray(at)]);
    if (bytes.length === 0) return noise(run);
  }
  return bytes;
}

function noise(run: TortureRun): Buffer {
  return Buffer.from(Array.from({ length: run.integer(1, 32) }, () => run.integer(0, 255)));
}

/** Row 41. Broken clients at the embedded broker beside a good one; then a broken broker for data center and edge. */
export const malformed: Row = {
  number: 41,
  fault: "malformed MQTT from either side",
  holds: "no crash, no leak",
  weight: 0.5,
  skip: NO_MOSQUITTO,
  async run(run) {
    if (run.chance(0.5)) await brokenClients(run);
    else await brokenBroker(run);
  },
};

async function brokenClients(run: TortureRun): Promise<void> {
  const center = await Center.make(run);
  await center.start();
  const publisher = new Publisher(run, { url: center.url });
  publisher.start();
  await publisher.flowing(200);
  const before = { memory: residentMiB(center.pid), files: openFiles(center.pid) };
  for (let count = 0; count < CONVERSATIONS; count += 20) {
    await Promise.all(Array.from({ length: 20 }, () => converse(center.port, damaged(run, CLIENT))));
  }
  await bounded(run, "the data center", center.pid, before);
  run.require(publisher.events("disconnected").length === 0, "the good client was disconnected");
  await settle(center, [publisher]);
}

/** Says it, and hangs up when the other side does or has had a moment. */
async function converse(port: number, bytes: Buffer): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.resume();
  const closed = once(socket, "close");
  socket.write(bytes);
  const timer = setTimeout(() => socket.destroy(), 300);
  await closed;
  clearTimeout(timer);
}

async function brokenBroker(run: TortureRun): Promise<void> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let conversations = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    conversations++;
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", () => {
      socket.write(damaged(run, BROKER));
      setTimeout(() => socket.destroy(), 50);
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
  };
  run.afterwards(close);
  const center = await Center.make(run, { brokerPort: port });
  await center.start();
  const before = { memory: residentMiB(center.pid), files: openFiles(center.pid) };
  const publisher = new Publisher(run, { url: center.url });
  publisher.start();
  await publisher.flowing(200);
  await run.until("some broken conversations", () => conversations >= CONVERSATIONS / 4);
  await close();
  await bounded(run, "the data center", center.pid, before);
  const broker = await startMosquitto({ verbose: false, port });
  run.afterwards(() => broker.dispose());
  await settle(center, [publisher]);
}

interface Footprint {
  readonly memory: number;
  readonly files: number;
}

function openFiles(pid: number | undefined): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

async function bounded(
  run: TortureRun,
  who: string,
  pid: number | undefined,
  before: Footprint,
): Promise<void> {
  await run.until(`${who} closes its sockets`, () => openFiles(pid) <= before.files + 8);
  const grown = residentMiB(pid) - before.memory;
  run.require(grown < GROWTH_MIB, `${who} has grown by ${Math.round(grown)} MiB`);
}
