import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import mqtt, { type MqttClient } from "mqtt";
import { runConche } from "../commands/run-conche.ts";
import { afterwards } from "../servers/afterwards.ts";
import { type Certificate, makeAuthority } from "../servers/certificates.ts";
import type { JsonEvent } from "../servers/conche.ts";
import { type Mosquitto, NO_MOSQUITTO } from "../servers/mosquitto.ts";
import {
  assertVerified,
  dataCenter,
  endInOrder,
  metric,
  mosquitto,
  ready,
  select,
  temporaryFolder,
  until,
  verifiedOutbox,
} from "./fault-matrix/data-center.ts";
import { forwarding, heard, machineClient } from "./forwarding.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const PLC = "tunis-01/line-a/s5_tempering/plc-01";
/** Numbers its messages itself. */
const SMART = "tunis-01/line-a/s5_tempering/plc-02";
const BOOT = "0198b2f0-0000-7000-8000-000000000001";
const ROOMY = { global: ["allow_anonymous true", "max_queued_messages 0"] };
const COUNT = `SELECT count(*) AS count FROM mqtt_messages WHERE topic = 'factory/${PLC}/alarm'`;

function alarm(text: string): string {
  return `{"ts":"2026-01-11T10:00:00Z","severity":"warning","code":"C","message":"${text}","product_type":"dark","batch_id":"B20260111-DA-0042"}`;
}

function say(client: MqttClient, text: string): Promise<unknown> {
  return client.publishAsync(`factory/${PLC}/alarm`, alarm(text), { qos: 1 });
}

function storedTexts(data: string): string[] {
  const sql = `SELECT json_extract(payload_json, '$.message') AS text FROM mqtt_messages WHERE topic = ? ORDER BY text`;
  return select(data, sql, `factory/${PLC}/alarm`).map(({ text }) => String(text));
}

function up(side: "local" | "cloud") {
  return ({ event, ...fields }: JsonEvent) => event === "link" && fields.side === side && fields.up === true;
}

/** A client of a broker of its own, for what a person would look at. */
async function office(context: TestContext, port: number): Promise<MqttClient> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
  afterwards(context, () => client.endAsync(true));
  return client;
}

/** All that a broker has retained: what comes before a message that is said after the subscription. */
async function retained(context: TestContext, { port }: Mosquitto, filter: string): Promise<string[]> {
  const client = await office(context, port);
  const topics: string[] = [];
  const end = new Promise<void>((resolve) => {
    client.on("message", (topic) => (topic === "the/end" ? resolve() : topics.push(topic)));
  });
  await client.subscribeAsync([filter, "the/end"], { qos: 1 });
  await client.publishAsync("the/end", "", { qos: 1 });
  await end;
  return topics;
}

suite("the brokers of a bridge", { skip: NO_MOSQUITTO }, () => {
  test("with TLS and a client certificate on both sides messages go up and receipts come down; a broker of another authority gets nothing", async (context) => {
    const folder = await temporaryFolder(context);
    const data = join(folder, "data");
    const authority = makeAuthority();
    const server = authority.issue("localhost", { hosts: ["127.0.0.1"] });
    const put = async (name: string, { cert, key }: Certificate) => {
      await writeFile(join(folder, `${name}.pem`), cert);
      await writeFile(join(folder, `${name}.key`), key);
    };
    await put("ca", authority);
    await put("other-ca", makeAuthority("Another authority"));
    const own = authority.issue("bridge");
    await put("own", own);
    const secured = {
      files: { "ca.pem": authority.cert, "cert.pem": server.cert, "key.pem": server.key },
      listener: [
        "cafile FOLDER/ca.pem",
        "certfile FOLDER/cert.pem",
        "keyfile FOLDER/key.pem",
        "require_certificate true",
      ],
    };
    const local = await mosquitto(context, secured);
    const cloud = await mosquitto(context, secured);
    const urlOf = ({ port }: Mosquitto) => `mqtts://127.0.0.1:${port}`;
    const shown = (prefix: string, ca = "ca") => [
      ...[`--${prefix}ca`, join(folder, `${ca}.pem`)],
      ...[`--${prefix}cert`, join(folder, "own.pem"), `--${prefix}key`, join(folder, "own.key")],
    ];
    const center = await dataCenter(context, {
      data,
      words: ["--broker", urlOf(cloud), ...shown(""), "--quiet"],
    });
    await ready(center);
    const bridge = (outbox: string, ca: string) =>
      forwarding(context, [
        ...["bridge", "--local", urlOf(local), ...shown("local-")],
        ...["--cloud", urlOf(cloud), ...shown("cloud-", ca), "--outbox", join(folder, outbox)],
      ]);
    const good = await bridge("outbox", "ca");
    await Promise.all([good.event(up("local")), good.event(up("cloud"))]);
    const plc = await machineClient(context, local.port, PLC, {
      url: urlOf(local),
      ca: authority.cert,
      ...own,
    });
    await say(plc, "secret");
    await until(async () => (await metric(good, "conche_forward_receipted_total")) >= 2);
    assert.deepEqual(storedTexts(data), ["secret"]);
    await endInOrder(good);

    const misled = await bridge("outbox-2", "other-ca");
    const { detail } = await misled.event(({ event, side }) => event === "link" && side === "cloud");
    assert.match(String(detail), /^CONCHE_BROKER_CERTIFICATE: /);
    await misled.event(up("local"));
    await say(plc, "kept");
    await until(async () => (await metric(misled, `conche_outbox_messages{kind="durable"}`)) >= 1);
    await endInOrder(misled);
    assert.deepEqual(storedTexts(data), ["secret"]);
    assert.ok((await verifiedOutbox(join(folder, "outbox-2"))).waiting.durable.messages >= 1);
    await endInOrder(center);
  });

  test("a local broker over MQTT 3.1.1, killed and back with nothing of what it had: what was taken arrives once, receipts are there again, and go when they are taken away above", async (context) => {
    const folder = await temporaryFolder(context);
    const data = join(folder, "data");
    const local = await mosquitto(context, ROOMY);
    const cloud = await mosquitto(context, ROOMY);
    const wire = await TcpProxy.listen(cloud.port);
    afterwards(context, () => wire.close());
    const center = await dataCenter(context, { data, brokerPort: cloud.port, words: ["--quiet"] });
    await ready(center);
    const bridge = await forwarding(context, [
      ...["bridge", "--local", `mqtt://127.0.0.1:${local.port}`, "--local-protocol", "3.1.1"],
      ...["--cloud", `mqtt://127.0.0.1:${wire.port}`, "--outbox", join(folder, "outbox")],
    ]);
    await Promise.all([bridge.event(up("local")), bridge.event(up("cloud"))]);
    const plc = await machineClient(context, local.port, PLC);
    const smart = await machineClient(context, local.port, SMART);
    const state = JSON.stringify({ v: 2, boot: BOOT, seq: 1, ts: "2026-01-11T10:00:00Z", state: "Execute" });
    await smart.publishAsync(`factory/${SMART}/state`, state, { qos: 1, retain: true });
    const receipt = `datacenter/${SMART}/receipt`;
    assert.match((await heard(context, local.port, receipt)).payload, /"through":1,/);

    const takenIs = (count: number) =>
      until(async () => (await metric(bridge, `conche_forward_messages_total{outcome="taken"}`)) === count);
    wire.refuse();
    for (const text of ["a1", "a2", "a3"]) await say(plc, text);
    await takenIs(4);
    await local.kill();
    await bridge.event(({ event, side, up }) => event === "link" && side === "local" && up === false);
    await local.start();
    // Retained, so it is there whoever comes first, and it is said by nobody but the bridge.
    assert.match((await heard(context, local.port, receipt)).payload, /"through":1,/);
    for (const text of ["b1", "b2"]) await say(plc, text);
    await takenIs(6);
    wire.admit();
    await until(async () => (await metric(bridge, `conche_outbox_messages{kind="durable"}`)) === 0);
    assert.deepEqual(storedTexts(data), ["a1", "a2", "a3", "b1", "b2"]);

    const listener = await office(context, local.port);
    const gone = new Promise<void>((resolve) => {
      listener.on("message", (_topic, payload) => payload.length === 0 && resolve());
    });
    await listener.subscribeAsync(receipt, { qos: 1 });
    const above = await office(context, cloud.port);
    await above.publishAsync(receipt, "", { qos: 1, retain: true });
    await gone;
    assert.deepEqual(await retained(context, local, "datacenter/#"), []);
    await endInOrder(bridge);
    await endInOrder(center);
    await assertVerified(data);
    await verifiedOutbox(join(folder, "outbox"));
  });

  test("two bridges without names at one broker leave each other alone, and the first says that there is a second", async (context) => {
    const folder = await temporaryFolder(context);
    const data = join(folder, "data");
    const local = await mosquitto(context, ROOMY);
    const center = await dataCenter(context, { data, words: ["--quiet"] });
    const bridge = (outbox: string) =>
      forwarding(context, [
        ...["bridge", "--local", `mqtt://127.0.0.1:${local.port}`],
        ...["--cloud", String(center.started.mqtt), "--outbox", join(folder, outbox)],
      ]);
    const plc = await machineClient(context, local.port, PLC);
    const first = await bridge("first");
    await Promise.all([first.event(up("local")), first.event(up("cloud"))]);
    await say(plc, "for one");
    await until(() => Number(select(data, COUNT)[0]?.count) === 1);
    const second = await bridge("second");
    await Promise.all([second.event(up("local")), second.event(up("cloud"))]);
    await say(plc, "for two");
    const { text } = await first.event(({ event, level, text }) => {
      return event === "notice" && level === "warning" && String(text).includes("another gateway");
    });
    assert.match(String(text), new RegExp(`takes the messages of ${PLC} too`));
    await until(() => Number(select(data, COUNT)[0]?.count) === 3);
    for (const each of [first, second]) {
      const cut = each.events.filter(({ event, up }) => event === "link" && up === false);
      assert.deepEqual(cut, []);
      await endInOrder(each);
    }
    await endInOrder(center);
  });

  test("a gateway whose port is taken ends, and the broker above has no state of it", async (context) => {
    const folder = await temporaryFolder(context);
    const cloud = await mosquitto(context, ROOMY);
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    afterwards(context, () => other.close());
    const { port } = other.address() as AddressInfo;
    const { code, err } = await runConche([
      ...["edge", "--cloud", `mqtt://127.0.0.1:${cloud.port}`, "--outbox", join(folder, "outbox")],
      ...["--mqtt-port", String(port), "--http-port", "0", "--quiet"],
    ]);
    assert.equal(code, 1);
    assert.match(err, /^conche: CONCHE_PORT_IN_USE: /);
    assert.deepEqual(await retained(context, cloud, "#"), []);
    assert.equal((await verifiedOutbox(join(folder, "outbox"))).totals.durable.taken, 0);
  });
});
