import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { runConche } from "../../commands/run-conche.ts";
import { portOf } from "../../servers/conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import {
  count,
  dataCenter,
  endInOrder,
  MACHINE,
  mosquitto,
  ready,
  select,
  TELEMETRY,
  telemetry,
  temporaryFolder,
  until,
  verifiedTotals,
} from "./data-center.ts";

/** Topics that aren't of the namespace, and that a broker may take all the same. */
const FOREIGN = [
  "factory",
  "factory/tunis-01/line-a",
  `factory/${MACHINE}/teleMetry`,
  `factory/${MACHINE}/telemetry/more`,
  "factory/TUNIS/line-a/s5_tempering/temper-01/state",
  "factory/tunis-01/line-a/s5_tempering/__proto__/state",
  "factory//////",
  "factory/$SYS/é/\u{1f36b}/'; DROP TABLE mqtt_messages; --/state",
];
const LEVELS_200 = `factory/${"x/".repeat(198)}x`;
const KILOBYTES_65 = `factory/${"x".repeat(65_535 - "factory/".length)}`;

const quarantinedTopics = (data: string) =>
  select(data, "SELECT topic FROM quarantine WHERE reason = 'topic' ORDER BY id").map(({ topic }) => topic);

suite("row 25, foreign topic, 200 levels, 65 kB topic: refused or quarantined", () => {
  test("embedded broker: foreign ones are quarantined, endless ones refused, and others go on", async (context) => {
    const data = await temporaryFolder(context);
    const center = await dataCenter(context, { data });
    const port = portOf(center.started.mqtt);
    const client = await RawClient.connected(port, 5, "temper-01");
    const foreign = [...FOREIGN, "office/printer", "/"];
    for (const [index, topic] of foreign.entries()) {
      client.publish(topic, telemetry(1), 1, index + 1);
      assert.equal((await client.expect("puback")).reasonCode ?? 0, 0, topic);
    }
    for (const topic of [LEVELS_200, KILOBYTES_65, "datacenter/x", "$SYS/x"]) {
      client.publish(topic, telemetry(1), 1, 100);
      assert.ok([0x87, 0x90].includes((await client.expect("puback")).reasonCode ?? 0), topic.slice(0, 40));
    }
    // MQTT 3.1.1 has no way to refuse a message but to close.
    const old = await RawClient.connected(port, 4, "temper-02");
    old.publish(LEVELS_200, telemetry(1), 1, 1);
    await old.closed;
    assert.deepEqual(
      old.packets.map(({ cmd }) => cmd),
      ["connack"],
    );
    await center.event(({ text }) => /temper-02 .* refused: .* more than 32 levels/.test(String(text)));
    client.publish(TELEMETRY, telemetry(1), 1, 101);
    await client.expect("puback");
    await endInOrder(center);
    assert.deepEqual(quarantinedTopics(data), foreign);
    const totals = { received: foreign.length + 1, stored: 1, duplicates: 0, quarantined: foreign.length };
    assert.deepEqual(await verifiedTotals(data), totals);
  });

  test("Mosquitto: what it lets through is quarantined, acknowledged and never sent again", {
    skip: NO_MOSQUITTO,
  }, async (context) => {
    const broker = await mosquitto(context);
    const data = await temporaryFolder(context);
    const first = await dataCenter(context, { data, brokerPort: broker.port });
    await ready(first);
    const client = await RawClient.connected(broker.port, 5, "temper-01");
    const topics = [...FOREIGN, LEVELS_200, KILOBYTES_65];
    for (const [index, topic] of topics.entries()) client.publish(topic, telemetry(1), 1, index + 1);
    await until(() => count(data, "quarantine") === topics.length);
    await endInOrder(first);

    const second = await dataCenter(context, { data, brokerPort: broker.port });
    await ready(second);
    client.publish(TELEMETRY, telemetry(1), 1, 100);
    await until(() => count(data, "mqtt_messages") === 1);
    await endInOrder(second);
    assert.deepEqual(quarantinedTopics(data), topics);
    const totals = { received: topics.length + 1, stored: 1, duplicates: 0, quarantined: topics.length };
    assert.deepEqual(await verifiedTotals(data), totals);

    // Looking at them must not flood a terminal.
    const { out } = await runConche(["quarantine", "list", "--data", data]);
    assert.ok(out.includes("factory/x/x/x/"));
    assert.ok(out.length < 20_000, `${out.length} characters`);
  });
});
