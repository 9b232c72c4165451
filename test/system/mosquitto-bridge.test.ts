import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import mqtt from "mqtt";
import { runConche } from "../commands/run-conche.ts";
import { afterwards } from "../servers/afterwards.ts";
import { NO_MOSQUITTO } from "../servers/mosquitto.ts";
import { mosquitto, until } from "./fault-matrix/data-center.ts";
import { TcpProxy } from "./tcp-proxy.ts";

async function client(context: TestContext, port: number) {
  const connected = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
  afterwards(context, () => connected.endAsync(true));
  return connected;
}

suite("Mosquitto's own bridge with the generated configuration", { skip: NO_MOSQUITTO }, () => {
  test("takes messages up with what stands beside them and receipts down, and keeps them while the link is cut", async (context) => {
    const cloud = await mosquitto(context, { global: ["allow_anonymous true", "max_queued_messages 0"] });
    const wire = await TcpProxy.listen(cloud.port);
    afterwards(context, () => wire.close());
    const words = ["bridge-config", "--cloud", `mqtt://127.0.0.1:${wire.port}`, "--connection", "plant-1"];
    const { code, out, err } = await runConche(words);
    assert.equal(code, 0, err);
    const [settings = "", ...connections] = out.split(/^(?=connection )/m);
    const local = await mosquitto(context, {
      global: ["allow_anonymous true", "persistence_location FOLDER/", ...settings.split("\n")],
      // The section of the bridge ends that of the listener.
      listener: connections.join("").split("\n"),
      verbose: true,
    });
    const above = await client(context, cloud.port);
    const came: string[] = [];
    above.on("message", (_topic, payload, { properties }) => {
      came.push(`${payload} ${properties?.userProperties?.boot}`);
    });
    await above.subscribeAsync("factory/#", { qos: 1 });
    const below = await client(context, local.port);
    const down = new Promise<string>((resolve) => {
      below.on("message", (topic, payload) => resolve(`${topic} ${payload}`));
    });
    await below.subscribeAsync("datacenter/#", { qos: 1 });
    const say = (name: string) =>
      below.publishAsync("factory/a/b/s5_tempering/c/alarm", name, {
        qos: 1,
        properties: { userProperties: { boot: "boot-0001" } },
      });
    await say("first");
    await until(() => came.length === 1);
    // Retained, as receipts are: whoever subscribes later, a bridge too, gets it.
    await above.publishAsync("datacenter/a/b/s5_tempering/c/receipt", "{}", { qos: 1, retain: true });
    assert.equal(await down, "datacenter/a/b/s5_tempering/c/receipt {}");
    wire.refuse();
    // More than Mosquitto keeps by itself.
    await Promise.all(Array.from({ length: 1_500 }, (_, index) => say(`m-${index}`)));
    wire.admit();
    await until(() => came.length >= 1_501);
    assert.equal(new Set(came).size, 1_501);
    assert.ok(came.every((each) => each.endsWith(" boot-0001")));
  });

  test("orders that are given while the local broker is restarted wait for it above", async (context) => {
    const cloud = await mosquitto(context, { global: ["allow_anonymous true"] });
    const words = ["bridge-config", "--cloud", `mqtt://127.0.0.1:${cloud.port}`, "--connection", "plant-1"];
    const { out } = await runConche(words);
    const [settings = "", ...connections] = out.split(/^(?=connection )/m);
    const local = await mosquitto(context, {
      global: ["allow_anonymous true", "persistence_location FOLDER/", ...settings.split("\n")],
      listener: connections.join("").split("\n"),
      verbose: true,
    });
    const came: string[] = [];
    // A session of its own: what comes down while it reconnects waits for it.
    const machine = await mqtt.connectAsync(`mqtt://127.0.0.1:${local.port}`, {
      protocolVersion: 4,
      clean: false,
      clientId: "machine-1",
      reconnectPeriod: 50,
    });
    machine.on("error", () => {}); // its broker is away for a while
    afterwards(context, () => machine.endAsync(true));
    machine.on("message", (_topic, payload) => came.push(String(payload)));
    await machine.subscribeAsync("datacenter/#", { qos: 1 });
    const above = await client(context, cloud.port);
    const order = (name: string) =>
      above.publishAsync("datacenter/a/b/s5_tempering/c/command", name, { qos: 1 });
    // Until its bridge has subscribed above, an order reaches nobody.
    await until(async () => {
      await order("before");
      return came.includes("before");
    });
    await local.stop();
    for (const name of ["hold-1", "hold-2", "hold-3"]) await order(name);
    await local.start();
    await until(() => came.includes("hold-3"));
    assert.deepEqual([...new Set(came)], ["before", "hold-1", "hold-2", "hold-3"]);
  });
});
