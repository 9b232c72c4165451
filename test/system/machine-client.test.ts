import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, it } from "node:test";
import { connectMachine, type MachineClientOptions } from "../../src/adapters/mqtt/machine-client.ts";
import { MqttConsumer } from "../../src/adapters/mqtt-packet/mqtt-consumer.ts";
import type { PublishedMessage } from "../../src/mqtt/machine-connection.ts";
import { RecordingSink } from "../adapters/mqtt-packet/recording-sink.ts";
import { freePort, type Mosquitto, NO_MOSQUITTO, startMosquitto } from "../servers/mosquitto.ts";

const TOPIC = "factory/tunis-01/line-a/s5_tempering/temper-01";
const ALARM: PublishedMessage = {
  topic: `${TOPIC}/alarm`,
  payload: "{}",
  qos: 1,
  retain: false,
  schema: "alarm/2",
};
const WILL: PublishedMessage = {
  topic: `${TOPIC}/state`,
  payload: '{"state":"OFFLINE"}',
  qos: 1,
  retain: true,
};

function options(mosquitto: Mosquitto, more: Partial<MachineClientOptions> = {}): MachineClientOptions {
  return {
    url: `mqtt://127.0.0.1:${mosquitto.port}`,
    clientId: "temper-01",
    protocol: 5,
    retry: { firstMs: 20, longestMs: 100 },
    ...more,
  };
}

/** A consumer that has subscribed; `stop` it before the broker goes. */
async function observer(mosquitto: Mosquitto): Promise<{ sink: RecordingSink; stop: () => Promise<void> }> {
  const sink = new RecordingSink(true);
  const consumer = await new Promise<MqttConsumer>((resolve) => {
    const starting: MqttConsumer = new MqttConsumer({
      url: `mqtt://127.0.0.1:${mosquitto.port}`,
      clientId: "observer",
      onStatus: (event) => {
        if (event.kind === "subscribed") resolve(starting);
      },
    });
    void starting.start(sink);
  });
  return { sink, stop: () => consumer.stop() };
}

async function withMosquitto(
  settings: Parameters<typeof startMosquitto>[0],
  run: (mosquitto: Mosquitto) => Promise<void>,
): Promise<void> {
  const mosquitto = await startMosquitto(settings);
  try {
    await run(mosquitto);
  } finally {
    await mosquitto.dispose();
  }
}

describe("MachineClient with Mosquitto", { skip: NO_MOSQUITTO }, () => {
  for (const protocol of [5, 4] as const) {
    it(`brings thousands of messages within the broker's limits, in order (protocol ${protocol})`, () =>
      withMosquitto(
        { verbose: false, global: ["allow_anonymous true", "max_queued_messages 0"] },
        async (mosquitto) => {
          const { sink, stop } = await observer(mosquitto);
          const client = await connectMachine(options(mosquitto, { protocol, maxQueued: 3_000 }));
          const outcomes = Array.from({ length: 2_000 }, (_, index) =>
            client.publish({ ...ALARM, payload: String(index) }),
          );
          for (const outcome of await Promise.all(outcomes)) assert.deepEqual(outcome, { kind: "sent" });
          const received = await sink.take(2_000);
          assert.deepEqual(
            received.map(({ text }) => Number(text)),
            Array.from({ length: 2_000 }, (_, index) => index),
          );
          assert.equal(
            received[0]?.message.properties?.userProperties?.schema,
            protocol === 5 ? "alarm/2" : undefined,
          );
          await client.close();
          await stop();
        },
      ));
  }

  it("says when nobody subscribes, and when the broker's rules refuse a topic", () =>
    withMosquitto(
      {
        global: ["allow_anonymous true", "acl_file FOLDER/acl"],
        files: { acl: `topic write ${TOPIC}/alarm\ntopic read factory/#\n` },
      },
      async (mosquitto) => {
        const client = await connectMachine(options(mosquitto));
        assert.deepEqual(await client.publish(ALARM), { kind: "no-subscriber" });
        const refused = await client.publish({ ...ALARM, topic: `${TOPIC}/quality` });
        assert(refused.kind === "refused");
        assert.equal(refused.error.code, "CONCHE_BROKER_REFUSED");
        await client.close();
      },
    ));

  it("has its will published when it is killed, and not when it closes", () =>
    withMosquitto({}, async (mosquitto) => {
      const { sink, stop } = await observer(mosquitto);
      const client = await connectMachine(options(mosquitto, { will: WILL }));
      await client.close();

      const module = join(import.meta.dirname, "../../src/adapters/mqtt/machine-client.ts");
      const script = `const { connectMachine } = await import(${JSON.stringify(module)});
        await connectMachine(${JSON.stringify(options(mosquitto, { will: { ...WILL, payload: "killed" } }))});
        console.log("connected");`;
      const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      child.kill("SIGKILL");
      const { text, message } = await sink.next();
      assert.deepEqual([text, message.topic, message.retain], ["killed", WILL.topic, true]);
      await stop();
    }));

  it("survives the broker's death, and sends what it could not", () =>
    withMosquitto({}, async (mosquitto) => {
      const client = await connectMachine(options(mosquitto));
      await mosquitto.kill();
      const outcome = client.publish({ ...WILL, payload: "after" });
      await mosquitto.start();
      assert.notEqual((await outcome).kind, "refused");
      const { sink, stop } = await observer(mosquitto);
      assert.equal((await sink.next()).text, "after");
      await client.close();
      await stop();
    }));

  it("connects over WebSocket", async () => {
    const port = await freePort();
    await withMosquitto(
      { listener: [`listener ${port} 127.0.0.1`, "protocol websockets"] },
      async (mosquitto) => {
        const client = await connectMachine(options(mosquitto, { url: `ws://127.0.0.1:${port}/mqtt` }));
        assert.deepEqual(await client.publish(ALARM), { kind: "no-subscriber" });
        await client.close();
      },
    );
  });
});
