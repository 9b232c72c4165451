// Publishes as fast as PUBACKs come, packets made beforehand and written over in place: a load that costs next to
// nothing beside what it measures.
//
//   node bench/load/wire-load.ts '{"port":1883,"messages":1000000,…}'   prints one line of JSON
import { connect, type Socket } from "node:net";
import { generate, type IPublishPacket } from "mqtt-packet";

/** What to send. */
export interface WireLoadOrder {
  readonly port: number;
  readonly protocol: 4 | 5;
  /** Where the machines say who they are: in the payload, or, for MQTT 5, in user properties. */
  readonly identity: "payload" | "properties";
  readonly connections: number;
  /** Messages in all. */
  readonly messages: number;
  /** Unacknowledged messages per connection. */
  readonly window: number;
}

const BOOT = "0198c5f2-0000-7000-8000-00000000";
const SEQ = "#".repeat(10);
const FIRST_SEQ = 1_000_000_000;
const PUBACK_BYTES = 4;
const BODY =
  '"product_type":"dark","batch_id":"B20260111-DA-0042","tags":{"temp_c":31.42,"viscosity_cP":1222}';

/** A PUBLISH of one machine, with the places of what changes. */
function template({ protocol, identity }: WireLoadOrder, machine: number) {
  const topic = `factory/bench/line-${Math.floor(machine / 8) + 1}/s5_tempering/temper-${machine + 1}/telemetry`;
  const boot = `${BOOT}${1_000 + machine}`;
  const head = `{"v":2,"ts":"${new Date().toISOString()}",`;
  const inPayload = identity === "payload";
  const packet: IPublishPacket = {
    cmd: "publish",
    topic,
    payload: inPayload ? `${head}"boot":"${boot}","seq":${SEQ},${BODY}}` : `${head}${BODY}}`,
    qos: 1,
    messageId: 1,
    retain: false,
    dup: false,
    ...(inPayload
      ? {}
      : { properties: { contentType: "application/json", userProperties: { boot, seq: SEQ } } }),
  };
  const bytes = generate(packet, { protocolVersion: protocol });
  return { bytes, seqAt: bytes.indexOf(SEQ), idAt: bytes.indexOf(topic) + topic.length };
}

/** One machine: resolves once all of its messages are acknowledged. */
function machine(order: WireLoadOrder, index: number, share: number, ready: (go: () => void) => void) {
  const { bytes, seqAt, idAt } = template(order, index);
  const { window } = order;
  return new Promise<void>((resolve, reject) => {
    const socket: Socket = connect({ port: order.port, host: "127.0.0.1", noDelay: true });
    let sent = 0;
    let received = -1;
    const fill = () => {
      const room = Math.min(window - (sent - received / PUBACK_BYTES), share - sent);
      const count = Math.floor(room);
      if (count < Math.min(window / 2, share - sent)) return;
      const burst = Buffer.allocUnsafe(count * bytes.length);
      for (let at = 0; at < burst.length; at += bytes.length) {
        bytes.copy(burst, at);
        burst.writeUInt16BE((sent % 65_535) + 1, at + idAt);
        burst.write(String(FIRST_SEQ + ++sent), at + seqAt, "latin1");
      }
      socket.write(burst);
    };
    socket.on("connect", () => {
      const packet = { cmd: "connect", protocolId: "MQTT", protocolVersion: order.protocol } as const;
      socket.write(generate({ ...packet, clean: true, clientId: `temper-${index + 1}`, keepalive: 0 }));
    });
    socket.on("data", (chunk) => {
      if (received === -1) {
        received = 0;
        ready(fill);
        return;
      }
      received += chunk.length;
      if (received / PUBACK_BYTES < share) fill();
      else {
        socket.destroy();
        resolve();
      }
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`closed after ${received} bytes of acknowledgements`)));
  });
}

if (import.meta.main) {
  const order: WireLoadOrder = JSON.parse(process.argv[2] ?? "{}");
  const share = Math.ceil(order.messages / order.connections);
  const starts: (() => void)[] = [];
  let startedAt = 0;
  const ready = (go: () => void) => {
    starts.push(go);
    if (starts.length < order.connections) return;
    startedAt = performance.now();
    for (const start of starts) start();
  };
  await Promise.all(
    Array.from({ length: order.connections }, (_, index) => machine(order, index, share, ready)),
  );
  const rate = Math.round((share * order.connections * 1_000) / (performance.now() - startedAt));
  process.stdout.write(`${JSON.stringify({ rate })}\n`);
}
