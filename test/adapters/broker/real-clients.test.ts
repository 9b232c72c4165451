import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { connectAsync } from "mqtt";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { startBroker, TOPIC } from "./broker-under-test.ts";

/** A client of Mosquitto: when it prints its first line, and what it has printed once it has ended. */
function start(
  program: string,
  words: readonly string[],
): { first: Promise<unknown>; printed: Promise<string> } {
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  const first = once(child.stdout, "data");
  first.catch(() => {}); // Some print nothing.
  const printed = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
    ([out, errors, [code]]) => {
      assert.deepEqual([code, errors], [0, ""], words.join(" "));
      return out;
    },
  );
  return { first, printed };
}

function run(program: string, words: readonly string[]): Promise<string> {
  return start(program, words).printed;
}

for (const version of ["311", "5"] as const) {
  test(`mosquitto_pub and mosquitto_sub, MQTT ${version}: every QoS, retained, shared, by one connection each`, {
    skip: NO_MOSQUITTO,
  }, async (t) => {
    const { port, sink } = await startBroker(t);
    const common = ["-h", "127.0.0.1", "-p", String(port), "-V", version];
    const publish = (payload: string, qos: number, ...more: string[]) =>
      run("mosquitto_pub", [...common, "-t", TOPIC, "-m", payload, "-q", String(qos), ...more]);
    await publish("kept", 2, "-r");
    // By the retained message a subscriber is known to have subscribed; a share alone gets none.
    const subscribe = [...common, "-q", "2", "-F", "%p %q %r"];
    const alone = start("mosquitto_sub", [...subscribe, "-t", "factory/#", "-C", "4"]);
    const filters = ["-t", "$share/g/factory/+/#", "-t", TOPIC.replace("factory", "+"), "-C", "7"];
    const shared = start("mosquitto_sub", [...subscribe, ...filters]);
    await Promise.all([alone.first, shared.first]);
    for (const qos of [0, 1, 2]) await publish(`live ${qos}`, qos);
    const live = ["live 0 0 0", "live 1 1 0", "live 2 2 0"];
    assert.deepEqual((await alone.printed).trim().split("\n"), ["kept 2 1", ...live]);
    const twice = ["kept 2 1", ...live, ...live].toSorted();
    assert.deepEqual((await shared.printed).trim().split("\n").toSorted(), twice);
    assert.deepEqual(sink.texts(), ["kept", "live 0", "live 1", "live 2"]);
  });
}

test("mosquitto_pub and mosquitto_sub: properties of MQTT 5, and a session that is resumed", {
  skip: NO_MOSQUITTO,
}, async (t) => {
  const { port } = await startBroker(t);
  const common = ["-h", "127.0.0.1", "-p", String(port), "-V", "5"];
  const kept = [...common, "-i", "reader", "-c", "-x", "100", "-t", TOPIC, "-q", "1"];
  await run("mosquitto_sub", [...kept, "-E"]);
  const properties = [
    "-D",
    "publish",
    "user-property",
    "b",
    "1",
    "-D",
    "publish",
    "content-type",
    "text/plain",
  ];
  await run("mosquitto_pub", [...common, "-t", TOPIC, "-m", "missed", "-q", "1", ...properties]);
  assert.equal(await run("mosquitto_sub", [...kept, "-C", "1", "-F", "%p %C %P"]), "missed text/plain b:1\n");
});

for (const protocolVersion of [4, 5] as const) {
  test(`MQTT.js, protocol version ${protocolVersion}: QoS 2 both ways`, async (t) => {
    const { port, sink } = await startBroker(t);
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion, clientId: "js" });
    await client.subscribeAsync("factory/#", { qos: 2 });
    const heard: string[] = [];
    const all = new Promise<void>((resolve) => {
      client.on("message", (_topic, payload, { qos }) => {
        heard.push(`${payload} ${qos}`);
        if (heard.length === 20) resolve();
      });
    });
    for (let number = 0; number < 20; number++) await client.publishAsync(TOPIC, `${number}`, { qos: 2 });
    await all;
    assert.deepEqual(
      heard,
      Array.from({ length: 20 }, (_, number) => `${number} 2`),
    );
    assert.equal(sink.accepted.length, 20);
    await client.endAsync();
  });
}
