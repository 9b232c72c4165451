// The load: a process of its own, so that it takes the second core. Publishes prebuilt packets over many
// connections, keeps a window of unacknowledged messages per connection, counts PUBACKs and their latency.
//
//   node bench/load/publisher.ts '{"port":1883,"connections":64,"messages":1000000,…}'   prints one line of JSON
import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { generate } from "mqtt-packet";
import { PacketTemplate } from "./packet-template.ts";

/** What to send. */
export interface LoadOrder {
  readonly host?: string;
  readonly port: number;
  readonly connections: number;
  /** Messages in all. */
  readonly messages: number;
  readonly qos: 0 | 1;
  readonly protocol: 4 | 5;
  readonly payloadBytes: number;
  /** Unacknowledged messages per connection. */
  readonly window: number;
  /** Messages per second in all; left out: as fast as acknowledgements come. */
  readonly rate?: number;
}

/** What came of it. */
export interface LoadResult {
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly seconds: number;
  readonly rate: number;
  /** From the write to its PUBACK, milliseconds; only measured when a rate is set. */
  readonly latencyMs?: {
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
}

const LATENCY_SAMPLES = 4_000_000;

/** One connection of the load: sends as long as the window and the quota allow. */
class Connection {
  readonly socket: Socket;
  acknowledged = 0;
  refused = 0;
  sent = 0;
  quota: number;
  readonly #template: PacketTemplate;
  readonly #order: LoadOrder;
  readonly #sentAt = new Float64Array(65_536);
  readonly #latency: (ms: number) => void;
  #inFlight = 0;
  #rest: Buffer = Buffer.alloc(0);
  #onReady: () => void = () => {};
  readonly #onProgress: () => void;

  constructor(
    order: LoadOrder,
    index: number,
    quota: number,
    latency: (ms: number) => void,
    progress: () => void,
  ) {
    this.#order = order;
    this.quota = quota;
    this.#latency = latency;
    this.#onProgress = progress;
    const topic = `factory/bench/line-${index >> 3}/s5_tempering/temper-${String(index).padStart(2, "0")}/telemetry`;
    this.#template = new PacketTemplate({
      topic,
      boot: randomUUID(),
      protocol: order.protocol,
      qos: order.qos,
      payloadBytes: order.payloadBytes,
    });
    this.socket = connect({ host: order.host ?? "127.0.0.1", port: order.port, noDelay: true });
    this.socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.socket.write(
      generate({
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: order.protocol,
        clean: true,
        clientId: `load-${index}`,
        keepalive: 0,
      }),
    );
  }

  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onReady = resolve;
      this.socket.on("error", reject);
    });
  }

  /** Sends up to `count` messages in one write; gives how many it sent. */
  send(count: number): number {
    const window = this.#order.qos === 0 ? this.#order.window : this.#order.window - this.#inFlight;
    const now = Math.min(count, this.quota - this.sent, window);
    if (now <= 0 || this.socket.writableLength > 4 * 1024 * 1024) return 0;
    const at = performance.now();
    // The socket may hold on to what it is given until it is written: each burst gets its own copy.
    const burst = Buffer.allocUnsafe(this.#template.bytes.length * now);
    let offset = 0;
    for (let index = 0; index < now; index++) {
      const seq = ++this.sent;
      const packetId = ((seq - 1) % 65_535) + 1;
      offset += this.#template.write(burst, offset, packetId, seq);
      this.#sentAt[packetId] = at;
    }
    if (this.#order.qos === 1) this.#inFlight += now;
    else this.acknowledged += now;
    this.socket.write(burst);
    return now;
  }

  #receive(chunk: Buffer): void {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    const now = performance.now();
    while (at + 2 <= data.length) {
      const length = data[at + 1] ?? 0; // acknowledgements and CONNACKs here are shorter than 128 bytes
      if (at + 2 + length > data.length) break;
      const type = (data[at] ?? 0) >> 4;
      if (type === 4) this.#acknowledge(data.readUInt16BE(at + 2), length > 2 ? (data[at + 4] ?? 0) : 0, now);
      else if (type === 2) this.#onReady();
      at += 2 + length;
    }
    this.#rest = data.subarray(at);
    this.#onProgress();
  }

  #acknowledge(packetId: number, reason: number, now: number): void {
    this.#inFlight--;
    if (reason >= 0x80) this.refused++;
    else this.acknowledged++;
    if (this.#order.rate !== undefined) this.#latency(now - (this.#sentAt[packetId] ?? now));
  }
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const samples =
    order.rate === undefined
      ? new Float32Array(0)
      : new Float32Array(Math.min(order.messages, LATENCY_SAMPLES));
  let sampled = 0;
  const connections: Connection[] = [];
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const settled = () => connections.reduce((sum, each) => sum + each.acknowledged + each.refused, 0);
  let started = Number.POSITIVE_INFINITY;
  const pump = (connection: Connection) => {
    // A CONNACK is progress too: nothing is sent before the clock runs.
    if (started === Number.POSITIVE_INFINITY) return;
    if (order.rate === undefined) connection.send(order.window);
    if (settled() >= order.messages) finish();
  };
  for (let index = 0; index < order.connections; index++) {
    const quota =
      Math.floor(order.messages / order.connections) + (index < order.messages % order.connections ? 1 : 0);
    const connection: Connection = new Connection(
      order,
      index,
      quota,
      (ms) => {
        if (sampled < samples.length) samples[sampled++] = ms;
      },
      () => pump(connection),
    );
    connections.push(connection);
  }
  await Promise.all(connections.map((connection) => connection.ready()));
  const trouble = Promise.withResolvers<never>();
  for (const { socket } of connections)
    socket.on("close", () => trouble.reject(new Error("a connection was closed")));
  const watchdog = watchProgress(connections, trouble.reject);
  started = performance.now();
  const sending = async () => {
    if (order.rate !== undefined) await paced(order, connections, started);
    else if (order.qos === 1) for (const connection of connections) pump(connection);
    else await flood(order, connections);
    if (settled() < order.messages) await finished;
  };
  await Promise.race([sending(), trouble.promise]);
  clearInterval(watchdog);
  trouble.promise.catch(() => {}); // from here on connections may close
  const seconds = (performance.now() - started) / 1000;
  for (const connection of connections) connection.socket.destroy();
  return {
    sent: connections.reduce((sum, each) => sum + each.sent, 0),
    acknowledged: connections.reduce((sum, each) => sum + each.acknowledged, 0),
    refused: connections.reduce((sum, each) => sum + each.refused, 0),
    seconds,
    rate: order.messages / seconds,
    ...(order.rate === undefined ? {} : { latencyMs: percentiles(samples.subarray(0, sampled)) }),
  };
}

/** A receiver that takes nothing for this long has stalled, milliseconds. */
const STALLED_MS = 15_000;

function watchProgress(connections: readonly Connection[], fail: (error: Error) => void): NodeJS.Timeout {
  let before = -1;
  return setInterval(() => {
    const progress = connections.reduce(
      (sum, { acknowledged, refused, sent }) => sum + acknowledged + refused + sent,
      0,
    );
    if (progress === before)
      fail(new Error(`no progress for ${STALLED_MS / 1000} s after ${progress} steps`));
    before = progress;
  }, STALLED_MS);
}

/** QoS 0 has no acknowledgements to wait for: only full sockets hold it back. */
async function flood(order: LoadOrder, connections: readonly Connection[]): Promise<void> {
  for (let sent = 0; sent < order.messages; ) {
    for (const connection of connections) sent += connection.send(order.window);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Open loop: what is due is sent when it is due, whether or not earlier messages were acknowledged. */
async function paced(order: LoadOrder, connections: readonly Connection[], started: number): Promise<void> {
  const rate = order.rate ?? 0;
  let sent = 0;
  let turn = 0;
  while (sent < order.messages) {
    const due = Math.min(order.messages, Math.floor(((performance.now() - started) / 1000) * rate));
    // A whole round without room means that every window is full: let the acknowledgements in first.
    for (let refused = 0; sent < due && refused < connections.length; ) {
      const taken = connections[turn++ % connections.length]?.send(1) ?? 0;
      sent += taken;
      refused = taken === 0 ? refused + 1 : 0;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function percentiles(samples: Float32Array): NonNullable<LoadResult["latencyMs"]> {
  const sorted = samples.toSorted();
  const at = (share: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(3));
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}

if (import.meta.main) {
  const order: LoadOrder = JSON.parse(process.argv[2] ?? "{}");
  process.stdout.write(`${JSON.stringify(await run(order))}\n`);
  process.exit(0);
}
