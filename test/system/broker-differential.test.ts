import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { startBroker } from "../adapters/broker/broker-under-test.ts";
import { RawClient, type ServerPacket } from "../adapters/broker/raw-client.ts";
import { afterwards } from "../servers/afterwards.ts";
import { NO_MOSQUITTO, startMosquitto } from "../servers/mosquitto.ts";

const RUNS = Number(process.env.CONCHE_TEST_DIFFERENTIAL ?? 60);
const CLIENTS = ["one", "two", "three"] as const;
const TOPICS = ["a", "a/b", "a/c", "b", "b/c/d"] as const;
/**
 * What each client subscribes to; no two filters of one client overlap: of overlapping ones Mosquitto 2.0.11 gives a copy
 * with the QoS of the first that it finds, where it is to be the highest [MQTT-3.3.4-2] [MQTT-3.3.5-1 of 3.1.1].
 */
const FILTERS: Readonly<Record<string, readonly string[]>> = {
  one: ["a", "a/+", "b", "b/+/#"],
  two: ["a/#", "b", "+/c/d"],
  three: ["#"],
};
const ALL_FILTERS = [...new Set(Object.values(FILTERS).flat())];

/** What a client does; each waits for its answer, so that both brokers see the same order. */
type Step =
  | {
      readonly does: "publish";
      readonly topic: string;
      readonly qos: 0 | 1 | 2;
      readonly retain: boolean;
      readonly empty: boolean;
    }
  | { readonly does: "subscribe"; readonly filter: number; readonly qos: 0 | 1 | 2; readonly rh: 0 | 1 | 2 }
  | { readonly does: "unsubscribe"; readonly filter: number }
  | { readonly does: "leave" | "break" | "return" | "begin anew" };

/**
 * No Local and Retain As Published of each filter, the same for all of a session: Mosquitto 2.0.11 keeps those that a
 * filter was subscribed with first [MQTT-3.8.4-3].
 */
type Options = Readonly<Record<string, { readonly nl: boolean; readonly rap: boolean }>>;

const qos = fc.constantFrom<0 | 1 | 2>(0, 1, 2);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant("publish" as const),
      topic: fc.constantFrom(...TOPICS),
      qos,
      retain: fc.boolean(),
      empty: fc.integer({ min: 0, max: 5 }).map((number) => number === 0),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant("subscribe" as const),
      filter: fc.nat(3),
      qos,
      rh: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant("unsubscribe" as const), filter: fc.nat(3) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constantFrom("leave" as const, "break" as const, "return" as const) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("begin anew" as const) }) },
);

const session = fc.record({
  version: fc.constantFrom<4 | 5>(4, 5),
  options: fc
    .array(fc.record({ nl: fc.boolean(), rap: fc.boolean() }), {
      minLength: ALL_FILTERS.length,
      maxLength: ALL_FILTERS.length,
    })
    .map((all): Options => Object.fromEntries(all.map((each, at) => [ALL_FILTERS[at], each]))),
  steps: fc.array(fc.tuple(fc.constantFrom(...CLIENTS), step), { minLength: 5, maxLength: 40 }),
});

/** A client that acknowledges what it gets, and remembers it. */
class Reader {
  readonly #port: number;
  readonly #version: 4 | 5;
  readonly #name: string;
  readonly #options: Options;
  #client: RawClient | undefined;
  #id = 0;
  got: string[] = [];

  constructor(port: number, version: 4 | 5, name: string, options: Options) {
    this.#options = options;
    this.#port = port;
    this.#version = version;
    this.#name = name;
  }

  async take(each: Step, payload: string): Promise<void> {
    const client = this.#client;
    if (each.does === "return" || each.does === "begin anew") {
      if (client !== undefined && each.does === "return") return;
      await this.connect(each.does === "begin anew");
    } else if (client === undefined) return;
    else if (each.does === "leave" || each.does === "break") {
      if (each.does === "leave") client.send({ cmd: "disconnect", reasonCode: 0 });
      else client.cut();
      await client.closed;
      this.#client = undefined;
    } else if (each.does === "publish") {
      const id = each.qos === 0 ? 0 : ++this.#id;
      client.publish(each.topic, each.empty ? "" : payload, each.qos, id, { retain: each.retain });
      await (each.qos === 0 ? this.settle() : this.until(each.qos === 1 ? "puback" : "pubcomp", id));
    } else if (each.does === "subscribe") {
      const id = ++this.#id;
      const { qos: level, rh } = each;
      const topic = this.#filter(each.filter);
      const subscription = { topic, qos: level, rh, ...this.#options[topic] };
      client.send({ cmd: "subscribe", messageId: id, subscriptions: [subscription] });
      await this.until("suback", id);
    } else if (each.does === "unsubscribe") {
      const id = ++this.#id;
      client.send({ cmd: "unsubscribe", messageId: id, unsubscriptions: [this.#filter(each.filter)] });
      await this.until("unsuback", id);
    }
  }

  async connect(clean: boolean): Promise<void> {
    await this.end();
    const client = RawClient.open(this.#port, this.#version);
    this.#client = client;
    const kept = this.#version === 5 ? { properties: { sessionExpiryInterval: 1_000 } } : {};
    client.connect(this.#name, { clean, ...kept });
    const { sessionPresent } = await client.expect("connack");
    this.got.push(`connected ${sessionPresent}`);
  }

  /** Everything that was on its way has come. */
  async settle(): Promise<void> {
    this.#client?.send({ cmd: "pingreq" });
    await this.until("pingresp", undefined);
  }

  async until(cmd: string, id: number | undefined): Promise<void> {
    for (;;) {
      const packet = await this.#client?.next();
      if (packet === undefined) {
        if (this.#client !== undefined) this.got.push(`closed, waiting for ${cmd}`);
        this.#client = undefined;
        return;
      }
      this.#answer(packet);
      if (packet.cmd === cmd && (id === undefined || packet.messageId === id)) return;
    }
  }

  async end(): Promise<void> {
    this.#client?.cut();
    await this.#client?.closed;
    this.#client = undefined;
  }

  #filter(number: number): string {
    const own = FILTERS[this.#name] ?? [];
    return own[number % own.length] ?? "";
  }

  #answer(packet: ServerPacket): void {
    const { cmd, messageId = 0, topic, payload, qos: level, retain } = packet;
    if (cmd === "publish") {
      this.got.push(`${topic} ${payload?.toString()} QoS ${level}${retain ? " retained" : ""}`);
      if (level === 1) this.#client?.send({ cmd: "puback", messageId, reasonCode: 0 });
      if (level === 2) this.#client?.send({ cmd: "pubrec", messageId, reasonCode: 0 });
    }
    if (cmd === "pubrel") this.#client?.send({ cmd: "pubcomp", messageId, reasonCode: 0 });
    if (cmd === "pubrec") this.#client?.send({ cmd: "pubrel", messageId, reasonCode: 0 });
  }
}

/** What each client gets, in an order of its own: brokers may interleave topics as they like. */
async function played(
  port: number,
  {
    version,
    options,
    steps,
  }: {
    version: 4 | 5;
    options: Options;
    steps: readonly (readonly [string, Step])[];
  },
): Promise<Record<string, string[]>> {
  const readers = new Map(CLIENTS.map((name) => [name as string, new Reader(port, version, name, options)]));
  for (const reader of readers.values()) await reader.connect(true);
  for (const [at, [name, each]] of steps.entries()) {
    await readers.get(name)?.take(each, `${at}`);
    // A message is everywhere before the next step is taken.
    for (const reader of readers.values()) await reader.settle();
    for (const reader of readers.values()) await reader.settle();
  }
  const got: Record<string, string[]> = {};
  for (const [name, reader] of readers) {
    got[name] = reader.got.toSorted();
    await reader.connect(true);
  }
  // Nothing stays for the next run.
  const [cleaner] = readers.values();
  for (const topic of TOPICS)
    await cleaner?.take({ does: "publish", topic, qos: 1, retain: true, empty: true }, "");
  for (const reader of readers.values()) await reader.end();
  return got;
}

test(`${RUNS} random sessions give the same deliveries as at Mosquitto`, {
  skip: NO_MOSQUITTO,
  timeout: 600_000,
}, async (t) => {
  const mosquitto = await startMosquitto({
    // As many wait for whoever is away as here.
    global: ["allow_anonymous true", "max_queued_messages 1000"],
    verbose: false,
  });
  afterwards(t, () => mosquitto.dispose());
  const { port } = await startBroker(t);
  const seed = Number(process.env.CONCHE_TEST_SEED ?? Date.now() % 1_000_000_000);
  t.diagnostic(`CONCHE_TEST_SEED=${seed}`);
  await fc.assert(
    fc.asyncProperty(session, async (given) => {
      assert.deepEqual(await played(port, given), await played(mosquitto.port, given));
    }),
    { numRuns: RUNS, seed, endOnFailure: false, interruptAfterTimeLimit: 500_000 },
  );
});
