import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import mqtt, { type IPublishPacket, type MqttClient } from "mqtt";
import { RawClient } from "../adapters/broker/raw-client.ts";
import { afterwards } from "../servers/afterwards.ts";
import type { RunningConche } from "../servers/conche.ts";
import { NO_MOSQUITTO } from "../servers/mosquitto.ts";
import { endInOrder, metric, mosquitto, ready, temporaryFolder, until } from "./fault-matrix/data-center.ts";
import { forwarding } from "./forwarding.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const MACHINE = "tunis-01/line-a/s5_tempering/plc-01";
const TOPIC = `datacenter/${MACHINE}/command`;
/** Reason code 16 of a PUBACK. */
const NOBODY_SUBSCRIBES = 0x10;
const SHORT_S = 2;
const LONG_S = 3_600;
const EXPIRED = 'conche_forward_down_total{kind="expired"}';

/** A command as a desk sends it; its id says which one it is. */
function hold(id: string): string {
  return JSON.stringify({ command_id: id, command: "hold", at: new Date().toISOString(), by: "desk" });
}

/** What a command that came is, and how much of its time it still has, seconds. */
interface Came {
  readonly id: string;
  readonly restS: number | undefined;
}

class Machine {
  readonly came: Came[] = [];

  static async connected(context: TestContext, port: number): Promise<Machine> {
    const machine = new Machine();
    const client = await clientOf(context, port);
    client.on("message", (_topic: string, payload: Buffer, { properties }: IPublishPacket) => {
      const { command_id: id } = JSON.parse(payload.toString());
      machine.came.push({ id, restS: properties?.messageExpiryInterval });
    });
    await client.subscribeAsync(TOPIC, { qos: 1 });
    const state = JSON.stringify({ ts: new Date().toISOString(), state: "RUNNING" });
    await client.publishAsync(`factory/${MACHINE}/state`, state, { qos: 1 });
    return machine;
  }
}

async function clientOf(context: TestContext, port: number): Promise<MqttClient> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
  afterwards(context, () => client.endAsync(true));
  return client;
}

/** Two brokers, a bridge between them, and a wire on one of its sides. */
async function between(context: TestContext, cut: "local" | "cloud") {
  const local = await mosquitto(context);
  const cloud = await mosquitto(context);
  const wire = await TcpProxy.listen((cut === "local" ? local : cloud).port);
  afterwards(context, () => wire.close());
  const outbox = join(await temporaryFolder(context), "outbox");
  const port = (side: "local" | "cloud", broker: { readonly port: number }) =>
    `mqtt://127.0.0.1:${side === cut ? wire.port : broker.port}`;
  const sides = ["--local", port("local", local), "--cloud", port("cloud", cloud)];
  const bridge = await forwarding(context, ["bridge", ...sides, "--outbox", outbox]);
  await ready(bridge);
  await until(async () => (await metric(bridge, 'conche_link_up{side="cloud"}')) === 1);
  const machine = await Machine.connected(context, local.port);
  const office = await RawClient.connected(cloud.port, 5, "office");
  afterwards(context, () => office.cut());
  /** Resolves with the reason code of the PUBACK. */
  const command = async (id: string, messageExpiryInterval: number) => {
    office.publish(TOPIC, hold(id), 1, 1, { properties: { messageExpiryInterval } });
    return (await office.expect("puback")).reasonCode;
  };
  // A bridge asks for the commands of a machine when it has heard of it.
  await until(async () => (await command("first", LONG_S)) !== NOBODY_SUBSCRIBES);
  await until(() => machine.came.length > 0);
  machine.came.length = 0;
  return { wire, bridge, machine, command };
}

function linkDown(bridge: RunningConche, side: string) {
  return bridge.event((event) => event.event === "link" && event.side === side && event.up === false);
}

suite("a command with an expiry, behind a bridge whose link is down", { skip: NO_MOSQUITTO }, () => {
  test("the machines' side: what has expired is counted, said, and never carried out; the rest has its rest", async (context) => {
    const { wire, bridge, machine, command } = await between(context, "local");
    wire.refuse();
    await linkDown(bridge, "local");
    await command("short", SHORT_S);
    await command("long", LONG_S);
    const said = await bridge.event(({ text }) =>
      /expired before the local broker could have it/.test(`${text}`),
    );
    assert.match(String(said.text), new RegExp(TOPIC));
    assert.equal(await metric(bridge, EXPIRED), 1);
    wire.admit();
    await until(() => machine.came.length > 0);
    await command("last", LONG_S);
    await until(() => machine.came.some(({ id }) => id === "last"));
    assert.deepEqual(
      machine.came.map(({ id }) => id),
      ["long", "last"],
    );
    const restS = machine.came[0]?.restS ?? 0;
    assert.ok(
      restS > 0 && restS <= LONG_S - SHORT_S,
      `${restS} s are left: it waited for at least ${SHORT_S} s`,
    );
    await endInOrder(bridge);
  });

  test("the side above: nothing is kept there for the bridge, and who sends an order is told so at once", async (context) => {
    const { wire, bridge, machine, command } = await between(context, "cloud");
    wire.refuse();
    await linkDown(bridge, "cloud");
    await until(async () => (await command("while away", LONG_S)) === NOBODY_SUBSCRIBES);
    wire.admit();
    await until(async () => (await command("back", LONG_S)) !== NOBODY_SUBSCRIBES);
    await until(() => machine.came.length > 0);
    assert.equal(machine.came[0]?.id, "back");
    await endInOrder(bridge);
  });
});
