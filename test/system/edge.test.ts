import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, suite, test } from "node:test";
import { MqttConsumer } from "../../src/adapters/mqtt-packet/mqtt-consumer.ts";
import { MESSAGE_FLAG } from "../../src/contract/policy.ts";
import { type Edge, type EdgeMachine, type EdgeOptions, type Identity, openEdge } from "../../src/index.ts";
import { DataCenter } from "../../src/ingest/data-center.ts";
import type { LogRecord } from "../../src/log/message-log.ts";
import { MemoryMessageLog } from "../log/memory-message-log.ts";
import { type Mosquitto, type MosquittoOptions, NO_MOSQUITTO, startMosquitto } from "../servers/mosquitto.ts";
import { FAST, MACHINE } from "./edge-settings.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "conche-edge-"));
  folders.push(folder);
  return folder;
}

/** What a test has started, to be stopped when it is over, however it ends; the last first. */
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startBroker(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const mosquitto = await startMosquitto({ verbose: false, ...options });
  cleanups.push(() => mosquitto.dispose());
  return mosquitto;
}

async function startWire(target: number): Promise<TcpProxy> {
  const proxy = await TcpProxy.listen(target);
  cleanups.push(() => proxy.close());
  return proxy;
}

function urlOf({ port }: { readonly port: number }): string {
  return `mqtt://127.0.0.1:${port}`;
}

/** The data center, over a log that outlives it; resolves when it is subscribed. */
async function startCenter(url: string, log: WatchedLog): Promise<DataCenter> {
  const { promise: subscribed, resolve } = Promise.withResolvers<void>();
  const center = await DataCenter.start({
    log,
    delivery: new MqttConsumer({
      url,
      clientId: "datacenter",
      retry: FAST.retry,
      onStatus: ({ kind }) => {
        if (kind === "subscribed") resolve();
      },
    }),
    observer: { committed: () => log.committed(), commitFailed: () => {} },
    knowsMachine: () => true,
    now: Date.now,
    onFatal: (error) => assert.fail(error),
  });
  cleanups.push(() => center.stop());
  await subscribed;
  return center;
}

/** A log in memory that can be waited for. */
class WatchedLog extends MemoryMessageLog {
  #watchers: { readonly isSo: () => boolean; readonly resolve: () => void }[] = [];

  committed(): void {
    const reached = this.#watchers.filter(({ isSo }) => isSo());
    this.#watchers = this.#watchers.filter((watcher) => !reached.includes(watcher));
    for (const { resolve } of reached) resolve();
  }

  /** Resolves when it has grown by so many messages. */
  grown(by: number): Promise<void> {
    const count = this.messages.length + by;
    return this.#when(() => count <= this.messages.length);
  }

  /** Resolves when such a message is in it. */
  has(isSuch: (message: LogRecord) => boolean): Promise<void> {
    return this.#when(() => this.messages.some(isSuch));
  }

  #when(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.push({ isSo, resolve }));
  }
}

/** An edge with one machine, connected. */
async function open(
  url: string,
  outbox = newFolder(),
  more: Partial<EdgeOptions> = {},
): Promise<[Edge, EdgeMachine]> {
  const edge = await openEdge({ url, outbox, ...FAST, ...more });
  cleanups.push(() => edge.close());
  const connected = edgeEvent(edge, "connected");
  const machine = await edge.machine(MACHINE, WILL);
  await connected;
  return [edge, machine];
}

function alarm(machine: EdgeMachine, name: string): Promise<Identity> {
  const ts = new Date().toISOString();
  return machine.publish("alarm", { ts, alarm_id: name, event: "acknowledged", by: "test" });
}

function telemetry(machine: EdgeMachine, value: number): Promise<Identity> {
  return machine.publish("telemetry", { ts: new Date().toISOString(), tags: { value } });
}

/** The identities in the log, in its order; wills have none. */
function keysOf(log: MemoryMessageLog): string[] {
  return log.messages.flatMap(({ boot, seq }) => (boot === null ? [] : [`${boot} ${seq}`]));
}

/** What was sent later than it was handed over, or again. */
function refilled(log: MemoryMessageLog): MemoryMessageLog["messages"] {
  return log.messages.filter(({ flags }) => (flags & MESSAGE_FLAG.REFILL) !== 0);
}

/** Lost 0, duplicated 0, in quarantine 0. */
function assertWhole(log: MemoryMessageLog, handedOver: readonly Identity[]): void {
  const stored = keysOf(log);
  const there = new Set(stored);
  assert.equal(there.size, stored.length, "stored once each");
  assert.deepEqual(
    handedOver.filter(({ boot, seq }) => !there.has(`${boot} ${seq}`)),
    [],
  );
  assert.deepEqual(
    log.quarantined.map(({ reason, detail }) => [reason, detail]),
    [],
  );
}

/** Publishes until told to stop, as fast as the outbox takes it. */
function load(machine: EdgeMachine): () => Promise<Identity[]> {
  const handedOver: Identity[] = [];
  let going = true;
  const talk = async (talker: number) => {
    for (let count = 0; going; count++) {
      const publish = count % 3 === 0 ? telemetry(machine, count) : alarm(machine, `a-${talker}-${count}`);
      handedOver.push(await publish);
    }
  };
  const talkers = Promise.all([1, 2, 3, 4].map(talk));
  return async () => {
    going = false;
    await talkers;
    return handedOver;
  };
}

/** Said by the broker when the machine is gone. */
const WILL = { will: { ts: "unknown", state: "OFFLINE" } } as const;

suite("edge, Mosquitto, data center", { skip: NO_MOSQUITTO }, () => {
  test("the broker is killed with its state gone, five times under load (fault 3)", async () => {
    const mosquitto = await startBroker();
    const log = new WatchedLog();
    await startCenter(urlOf(mosquitto), log);
    const [edge, machine] = await open(urlOf(mosquitto));
    const stop = load(machine);
    for (let kill = 0; kill < 5; kill++) {
      await log.grown(200);
      await mosquitto.kill();
      await mosquitto.start();
    }
    await log.grown(200);
    const handedOver = await stop();
    await edge.drained();
    assertWhole(log, handedOver);
  });

  test("the broker acknowledges everything and loses it, the data center starts last (fault 4)", async () => {
    const mosquitto = await startBroker();
    const [edge, machine] = await open(urlOf(mosquitto));
    const handedOver: Identity[] = [];
    for (let count = 0; count < 300; count++) handedOver.push(await alarm(machine, `a-${count}`));
    for (let count = 0; count < 100; count++) handedOver.push(await telemetry(machine, count));
    // Reason 16: the broker has no subscriber for it.
    await until(() => edge.status().unheard >= 300);
    assert.equal(edge.status().waiting.durable.messages, 300, "acknowledged, and kept all the same");
    await mosquitto.kill();
    await mosquitto.start();
    const log = new WatchedLog();
    await startCenter(urlOf(mosquitto), log);
    await edge.drained();
    assertWhole(log, handedOver);
  });

  test("the broker's queue overflows while the data center is away (fault 21)", async () => {
    const mosquitto = await startBroker({
      global: ["allow_anonymous true", "max_queued_messages 100"],
    });
    const log = new WatchedLog();
    await (await startCenter(urlOf(mosquitto), log)).stop();
    log.closed = false;
    const [edge, machine] = await open(urlOf(mosquitto));
    const all = Array.from({ length: 5_000 }, (_, count) => alarm(machine, `a-${count}`));
    const handedOver = await Promise.all(all);
    await mosquitto.logged(/messages are being dropped for client datacenter/);
    await startCenter(urlOf(mosquitto), log);
    await edge.drained();
    assertWhole(log, handedOver);
    assert.equal(log.messages.length, 5_000);
  });

  test("the edge is killed again and again (fault 2)", async () => {
    const mosquitto = await startBroker();
    const log = new WatchedLog();
    await startCenter(urlOf(mosquitto), log);
    const outbox = newFolder();
    const handedOver: Identity[] = [];
    for (let kill = 1; kill <= 4; kill++) {
      // The first ones have no broker to talk to.
      const url = kill <= 2 ? "mqtt://127.0.0.1:1" : urlOf(mosquitto);
      handedOver.push(...(await runEdge(url, outbox, 100_000, kill * 37)));
    }
    await runEdge(urlOf(mosquitto), outbox, 0, Number.POSITIVE_INFINITY);
    assertWhole(log, handedOver);
  });

  test("the link flaps two hundred times: nothing is lost, repetitions are few (fault 17)", async () => {
    const mosquitto = await startBroker();
    const proxy = await startWire(mosquitto.port);
    const log = new WatchedLog();
    await startCenter(urlOf(mosquitto), log);
    const [edge, machine] = await open(urlOf(proxy), newFolder(), { retry: { firstMs: 1, longestMs: 10 } });
    const stop = load(machine);
    for (let flap = 0; flap < 200; flap++) {
      const connected = proxy.connected();
      proxy.cut();
      await connected;
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    const handedOver = await stop();
    await edge.drained();
    assertWhole(log, handedOver);
    const { duplicates } = await log.totals();
    // Each connection begins with at most a first portion of 64 and what was unanswered on the last one.
    assert.ok(duplicates <= 200 * (64 + 20), `${duplicates} repetitions of ${handedOver.length} messages`);
  });

  test("a broker that stands still is noticed, and the will comes true (fault 16)", async () => {
    const mosquitto = await startBroker();
    const proxy = await startWire(mosquitto.port);
    const log = new WatchedLog();
    await startCenter(urlOf(mosquitto), log);
    const patience = { keepaliveS: 1, connectTimeoutMs: 500 };
    const [edge, machine] = await open(urlOf(proxy), newFolder(), patience);
    const ts = new Date().toISOString();
    const handedOver = [await machine.publish("state", { ts, state: "Execute" })];
    await edge.drained();
    const noticed = edgeEvent(edge, "disconnected");
    const willStored = log.has(({ topic, boot }) => topic.type === "state" && boot === null);
    proxy.freeze();
    handedOver.push(await alarm(machine, "a-1"));
    await Promise.all([noticed, willStored]);
    const restated = log.has(({ topic, seq }) => topic.type === "state" && seq !== null && seq > 2);
    proxy.thaw();
    await restated;
    await edge.drained();
    const states = log.messages.flatMap(({ topic, payload }) =>
      topic.type === "state" ? [JSON.parse(payload).state] : [],
    );
    // A process that gets no turn for longer than a keepalive looks gone once more.
    assert.match(states.join(" "), /^Execute( OFFLINE Execute)+$/);
    const there = new Set(keysOf(log));
    assert.ok(handedOver.every(({ boot, seq }) => there.has(`${boot} ${seq}`)));
  });

  test("telemetry said while the link was cut is there afterwards, marked as refilled", async () => {
    const mosquitto = await startBroker();
    const wire = await startWire(mosquitto.port);
    const log = new WatchedLog();
    await startCenter(urlOf(mosquitto), log);
    const [edge, machine] = await open(urlOf(wire));
    await telemetry(machine, 1);
    await edge.drained();
    const disconnected = edgeEvent(edge, "disconnected");
    wire.refuse();
    await disconnected;
    const handedOver: Identity[] = [];
    for (let count = 0; count < 50; count++) handedOver.push(await telemetry(machine, count));
    wire.admit();
    await edge.drained();
    assertWhole(log, handedOver);
    assert.deepEqual(
      refilled(log).map(({ seq }) => seq),
      handedOver.map(({ seq }) => seq),
      "the data center heard all of it, so in the order of its numbers",
    );
    assert.ok(refilled(log).every(({ qos, flags }) => qos === 1 && flags === MESSAGE_FLAG.REFILL));
  });

  test("what is refilled before the data center is back, is refilled again (reason 16)", async () => {
    const mosquitto = await startBroker();
    const wire = await startWire(mosquitto.port);
    const log = new WatchedLog();
    await startCenter(urlOf(wire), log);
    // One message at a time, so that there is a middle for the data center to come back in.
    const [edge, machine] = await open(urlOf(mosquitto), newFolder(), { window: 1 });
    await telemetry(machine, 1);
    await edge.drained();
    const disconnected = edgeEvent(edge, "disconnected");
    wire.refuse();
    await mosquitto.kill();
    await disconnected;
    const handedOver: Identity[] = [];
    for (let count = 0; count < 50; count++) handedOver.push(await telemetry(machine, count));
    await mosquitto.start();
    await until(() => edge.status().unheard > 0);
    wire.admit();
    await edge.drained();
    assertWhole(log, handedOver);
    // Where the data center came in decides on the order, so there is none to be asserted.
    const seqs = refilled(log).map(({ seq }) => seq ?? 0);
    assert.deepEqual(
      seqs.sort((a, b) => a - b),
      handedOver.map(({ seq }) => seq),
    );
    assert.ok(refilled(log).every(({ qos, flags }) => qos === 1 && flags === MESSAGE_FLAG.REFILL));
  });

  test("a broker that forbids receipts is told of; one that forbids messages doesn't lose them", async () => {
    const acl = [
      `topic deny datacenter/#`,
      `topic write factory/${MACHINE}/telemetry`,
      "topic read factory/#",
    ];
    const mosquitto = await startBroker({
      global: ["allow_anonymous true", "acl_file FOLDER/acl"],
      files: { acl: `${acl.join("\n")}\n` },
    });
    const outbox = newFolder();
    const [edge, machine] = await open(urlOf(mosquitto), outbox);
    const refused = edgeEvent(edge, "refused");
    const identity = await alarm(machine, "a-1");
    const event = await refused;
    assert.deepEqual(event.kind === "refused" && [event.seq, event.error.code], [
      identity.seq,
      "CONCHE_BROKER_REFUSED",
    ]);
    assert.equal(edge.status().waiting.durable.messages, 1);
    await edge.close();
    await mosquitto.dispose();
    const other = await startBroker();
    const log = new WatchedLog();
    await startCenter(urlOf(other), log);
    const [again] = await open(urlOf(other), outbox);
    await again.drained();
    assertWhole(log, [identity]);
  });
});

/** Resolves when it is so; asked once in every turn of the event loop. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** The next event of a kind. */
function edgeEvent(edge: Edge, kind: string) {
  return new Promise<Parameters<Parameters<Edge["onEvent"]>[0]>[0]>((resolve) => {
    const end = edge.onEvent((event) => {
      if (event.kind !== kind) return;
      end();
      resolve(event);
    });
  });
}

/** Runs an edge in a process of its own until it has said so many identities, then kills it. */
async function runEdge(url: string, outbox: string, count: number, killAfter: number): Promise<Identity[]> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "edge-child.ts"), url, outbox, String(count)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const exit = once(child, "exit");
  cleanups.push(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  const identities: Identity[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [boot = "", seq] = line.split(" ");
    if (seq !== undefined) identities.push({ boot, seq: Number(seq) });
    if (identities.length === killAfter) child.kill("SIGKILL");
  }
  const [code] = await exit;
  if (killAfter === Number.POSITIVE_INFINITY) assert.equal(code, 0);
  return identities;
}
