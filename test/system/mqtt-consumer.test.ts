import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import type { ConsumerEvent } from "../../src/adapters/mqtt-packet/consumer-event.ts";
import { MqttConsumer } from "../../src/adapters/mqtt-packet/mqtt-consumer.ts";
import type { MqttConsumerOptions } from "../../src/adapters/mqtt-packet/options.ts";
import { RecordingSink } from "../adapters/mqtt-packet/recording-sink.ts";
import { makeAuthority } from "../servers/certificates.ts";
import { type Mosquitto, NO_MOSQUITTO, startMosquitto } from "../servers/mosquitto.ts";
import { Arrivals } from "../servers/scripted-broker.ts";

const TOPIC = "factory/tunis-01/line-a/s5_tempering/temper-01";
const RETRY = { firstMs: 20, longestMs: 100 };

/** A consumer of a Mosquitto, with its events. */
class Running {
  readonly consumer: MqttConsumer;
  readonly sink: RecordingSink;
  readonly #events = new Arrivals<ConsumerEvent>();

  constructor(mosquitto: Mosquitto, options: Partial<MqttConsumerOptions>, sink: RecordingSink) {
    this.sink = sink;
    this.consumer = new MqttConsumer({
      url: `mqtt://127.0.0.1:${mosquitto.port}`,
      clientId: "datacenter",
      retry: RETRY,
      ...options,
      onStatus: (event) => this.#events.add(event),
    });
  }

  static async start(
    mosquitto: Mosquitto,
    options: Partial<MqttConsumerOptions> = {},
    sink = new RecordingSink(),
  ): Promise<Running> {
    const running = new Running(mosquitto, options, sink);
    started.push(running);
    await running.consumer.start(sink);
    return running;
  }

  async event<Kind extends ConsumerEvent["kind"]>(
    kind: Kind,
  ): Promise<Extract<ConsumerEvent, { kind: Kind }>> {
    for (;;) {
      const event = await this.#events.next();
      if (event.kind === kind) return event as Extract<ConsumerEvent, { kind: Kind }>;
    }
  }
}

/** Runs mosquitto_pub to its end. */
async function publish(mosquitto: Mosquitto, ...args: string[]): Promise<void> {
  const child = spawn("mosquitto_pub", ["-p", String(mosquitto.port), "-q", "1", ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
}

/** Consumers that a test has started; stopped when it ends, however it ends. */
const started: Running[] = [];

async function withMosquitto(
  options: Parameters<typeof startMosquitto>[0],
  run: (mosquitto: Mosquitto) => Promise<void>,
): Promise<void> {
  const mosquitto = await startMosquitto(options);
  try {
    await run(mosquitto);
  } finally {
    for (const running of started.splice(0)) await running.consumer.stop();
    await mosquitto.dispose();
  }
}

describe("MqttConsumer with Mosquitto", { skip: NO_MOSQUITTO }, () => {
  for (const protocol of [5, 4] as const) {
    it(`gets again what it had not acknowledged, under the same client id (protocol ${protocol})`, () =>
      withMosquitto({}, async (mosquitto) => {
        const first = await Running.start(mosquitto, { protocol });
        await first.event("subscribed");
        for (const message of ["stored", "not stored"])
          await publish(mosquitto, "-t", `${TOPIC}/alarm`, "-m", message);
        const [stored] = await first.sink.take(2);
        stored?.settle();
        await first.consumer.stop();
        await publish(mosquitto, "-t", `${TOPIC}/alarm`, "-m", "while away");

        const second = await Running.start(mosquitto, { protocol });
        assert.equal((await second.event("connected")).sessionPresent, true);
        const [again, missed] = await second.sink.take(2);
        assert.deepEqual([again?.text, missed?.text], ["not stored", "while away"]);
        again?.settle();
        missed?.settle();
        await second.consumer.stop();
        assert.equal(second.consumer.stats().redelivered, 1);

        const third = await Running.start(mosquitto, { protocol });
        await third.event("subscribed");
        await publish(mosquitto, "-t", `${TOPIC}/alarm`, "-m", "news");
        assert.equal((await third.sink.next()).text, "news");
        await third.consumer.stop();
      }));
  }

  it("gets retained states once with MQTT 5, and each time, marked, with 3.1.1", () =>
    withMosquitto({}, async (mosquitto) => {
      await publish(mosquitto, "-t", `${TOPIC}/state`, "-r", "-m", "RUNNING");
      for (const [protocol, times] of [
        [5, 1],
        [4, 2],
      ] as const) {
        let replays = 0;
        for (let start = 0; start < 2; start++) {
          const running = await Running.start(mosquitto, { protocol, clientId: `datacenter-${protocol}` });
          await running.event("subscribed");
          await publish(mosquitto, "-t", `${TOPIC}/alarm`, "-m", "marker");
          for (;;) {
            const { message, text: payload, settle } = await running.sink.next();
            settle();
            if (payload === "marker") break;
            assert.equal(message.mayBeReplay, true);
            replays++;
          }
          await running.consumer.stop();
        }
        assert.equal(replays, times, `protocol ${protocol}`);
      }
    }));

  it("sees the publisher's retain flag and properties with MQTT 5", () =>
    withMosquitto({}, async (mosquitto) => {
      const running = await Running.start(mosquitto);
      await running.event("subscribed");
      const properties = [
        "content-type",
        "application/json",
        "-D",
        "publish",
        "user-property",
        "schema",
        "state/2",
      ];
      await publish(
        mosquitto,
        "-V",
        "5",
        "-t",
        `${TOPIC}/state`,
        "-r",
        "-m",
        "x",
        "-D",
        "publish",
        ...properties,
      );
      const { message } = await running.sink.next();
      assert.deepEqual([message.retain, message.retainVisible], [true, true]);
      assert.equal(message.properties?.contentType, "application/json");
      assert.equal(message.properties?.userProperties?.schema, "state/2");
      await running.consumer.stop();
    }));

  it("loses nothing of a load under a sink that is often saturated", () =>
    withMosquitto(
      {
        verbose: false,
        global: ["allow_anonymous true", "max_queued_messages 0", "max_inflight_messages 1000"],
      },
      async (mosquitto) => {
        const sink = new RecordingSink();
        sink.capacity = 500;
        const running = await Running.start(mosquitto, { receiveMaximum: 1_000 }, sink);
        await running.event("subscribed");
        const count = 5_000;
        const publisher = spawn(
          "mosquitto_pub",
          ["-p", String(mosquitto.port), "-q", "1", "-t", `${TOPIC}/quality`, "-l"],
          {
            stdio: ["pipe", "ignore", "inherit"],
          },
        );
        publisher.stdin.end(Array.from({ length: count }, (_, index) => `${index}\n`).join(""));
        const seen: number[] = [];
        while (seen.length < count) {
          const { text: payload, settle } = await sink.next();
          seen.push(Number(payload));
          settle();
          if (sink.saturated && seen.length === sink.accepted) sink.relieve(sink.accepted + 500);
        }
        assert.deepEqual(
          seen,
          Array.from({ length: count }, (_, index) => index),
        );
        assert(running.consumer.stats().saturated >= 5);
        assert.equal(running.consumer.stats().connections, 1);
        await running.consumer.stop();
      },
    ));

  it("connects again after the broker was killed, and tells that its session is gone", () =>
    withMosquitto({}, async (mosquitto) => {
      const running = await Running.start(mosquitto);
      await running.event("subscribed");
      await mosquitto.kill();
      await running.event("lost");
      assert.equal(running.consumer.status().ready, false);
      await mosquitto.start();
      await running.event("session-lost");
      await running.event("subscribed");
      await publish(mosquitto, "-t", `${TOPIC}/alarm`, "-m", "back");
      assert.equal((await running.sink.next()).text, "back");
      await running.consumer.stop();
    }));

  it("notices a broker that has frozen, and comes back when it thaws", () =>
    withMosquitto({}, async (mosquitto) => {
      const running = await Running.start(mosquitto, { keepaliveS: 1 });
      await running.event("subscribed");
      mosquitto.freeze();
      assert.match((await running.event("lost")).error.message, /silent for 1 s/);
      mosquitto.thaw();
      assert.equal((await running.event("connected")).sessionPresent, true);
      await running.event("subscribed");
      await running.consumer.stop();
    }));

  it("publishes receipts that are retained", () =>
    withMosquitto({}, async (mosquitto) => {
      const running = await Running.start(mosquitto);
      await running.event("subscribed");
      const topic = "datacenter/tunis-01/line-a/s5_tempering/temper-01/receipt";
      await Promise.all(
        Array.from({ length: 600 }, (_, index) =>
          running.consumer.publish({ topic, payload: String(index), retain: index === 599 }),
        ),
      );
      assert.equal(running.consumer.stats().publishedToNobody, 600);
      const reader: ChildProcess = spawn(
        "mosquitto_sub",
        ["-p", String(mosquitto.port), "-t", topic, "-C", "1"],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      assert(reader.stdout !== null);
      assert.equal((await text(reader.stdout)).trim(), "599");
      await running.consumer.stop();
    }));

  it("says that user name or password are wrong, and gets in when they have been put right", () =>
    withMosquitto(
      {
        global: ["allow_anonymous false", "password_file FOLDER/passwords"],
        files: { passwords: "" },
      },
      async (mosquitto) => {
        const running = await Running.start(mosquitto, { username: "datacenter", password: "secret" });
        assert.match((await running.event("refused")).error.message, /not authorized|user name/);
        const passwd = spawn("mosquitto_passwd", [
          "-b",
          join(mosquitto.folder, "passwords"),
          "datacenter",
          "secret",
        ]);
        const [code] = await once(passwd, "exit");
        assert.equal(code, 0);
        assert.notEqual(await readFile(join(mosquitto.folder, "passwords"), "utf8"), "");
        mosquitto.reload();
        await running.event("subscribed");
        await running.consumer.stop();
      },
    ));

  it("is not ready on a listener that grants QoS 0 only", () =>
    withMosquitto({ listener: ["max_qos 0"] }, async (mosquitto) => {
      const running = await Running.start(mosquitto);
      const { error } = await running.event("not-subscribed");
      assert.equal(error.code, "CONCHE_QOS_DOWNGRADED");
      assert.match(running.consumer.status().detail, /granted QoS 0/);
      await assert.rejects(running.consumer.publish({ topic: "datacenter/x", payload: "", retain: false }), {
        code: "CONCHE_QOS_DOWNGRADED",
      });
      await running.consumer.stop();
    }));

  it("goes through TLS both ways, and says what is wrong where it can't", async () => {
    const authority = makeAuthority();
    const server = authority.issue("localhost", { hosts: ["127.0.0.1"] });
    const own = authority.issue("datacenter");
    const stranger = makeAuthority("Another authority").issue("datacenter");
    await withMosquitto(
      {
        files: { "ca.pem": authority.cert, "cert.pem": server.cert, "key.pem": server.key },
        listener: [
          "cafile FOLDER/ca.pem",
          "certfile FOLDER/cert.pem",
          "keyfile FOLDER/key.pem",
          "require_certificate true",
        ],
      },
      async (mosquitto) => {
        const url = `mqtts://127.0.0.1:${mosquitto.port}`;
        const ca = authority.cert;
        const good = await Running.start(mosquitto, { url, ca, cert: own.cert, key: own.key });
        await good.event("subscribed");
        await good.consumer.stop();

        const codes: string[] = [];
        for (const options of [
          { ca },
          { ca, cert: stranger.cert, key: stranger.key },
          { cert: own.cert, key: own.key },
        ]) {
          const bad = await Running.start(mosquitto, { url, ...options });
          codes.push((await bad.event("lost")).error.code);
          await bad.consumer.stop();
        }
        assert.deepEqual(codes, [
          "CONCHE_BROKER_REFUSED",
          "CONCHE_BROKER_REFUSED",
          "CONCHE_BROKER_CERTIFICATE",
        ]);

        const plain = await Running.start(mosquitto);
        assert.match((await plain.event("lost")).error.hint, /mqtts/);
        await plain.consumer.stop();
      },
    );
  });
});
