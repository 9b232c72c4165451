import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { suite, test } from "node:test";
import mqtt, { type MqttClient } from "mqtt";
import { MESSAGE_FLAG } from "../../src/contract/policy.ts";
import { runConche } from "../commands/run-conche.ts";
import { afterwards } from "../servers/afterwards.ts";
import { startConche } from "../servers/conche.ts";
import { NO_MOSQUITTO } from "../servers/mosquitto.ts";
import {
  assertVerified,
  count,
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
import { forwarding, heard, machineClient, OFFLINE } from "./forwarding.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** Times that each part is struck. */
const ROUNDS = 2;
/** Messages that get through between two blows. */
const BETWEEN_BLOWS = 100;
const PLC = "tunis-01/line-a/s5_tempering/plc-01";
/** Says its state once, and nothing for as long as the test runs. */
const QUIET = "tunis-01/line-a/s4_conching/plc-02";

/**
 * Publishes version 1 alarms, which have no number, until told to stop; what was acknowledged is in the ledger. It is
 * never further ahead of what is stored than this, so that a slow computer has no more to catch up with.
 */
const MOST_AHEAD = 400;

function load(client: MqttClient, stored: () => number): { readonly stop: () => Promise<readonly string[]> } {
  const ledger: string[] = [];
  let going = true;
  const talk = async (talker: number) => {
    for (let count = 1; going; count++) {
      // Odd spacing and a sign outside ASCII: bytes that a second writing would change.
      const payload = `{ "ts":"${new Date().toISOString()}","severity":"warning",  "code":"C${talker}","message":"${talker}/${count} \\u00b0 °","product_type":"dark","batch_id":"B20260111-DA-0042"}`;
      await client.publishAsync(`factory/${PLC}/alarm`, payload, { qos: 1 });
      ledger.push(digestOf(payload));
      await until(() => !going || ledger.length < stored() + MOST_AHEAD);
    }
  };
  const talkers = Promise.all([1, 2, 3, 4].map(talk));
  return {
    stop: async () => {
      going = false;
      await talkers;
      return ledger;
    },
  };
}

function digestOf(payload: string): string {
  return createHash("sha256").update(payload).digest("hex");
}

suite("a bridge between two brokers", { skip: NO_MOSQUITTO }, () => {
  test("cloud broker killed with its state gone, bridge killed, link cut, under load: nothing is lost", async (context) => {
    const data = await temporaryFolder(context);
    const outbox = join(await temporaryFolder(context), "outbox");
    const anonymous = "allow_anonymous true";
    const local = await mosquitto(context, { global: [anonymous, "max_queued_messages 0"] });
    const cloud = await mosquitto(context, { global: [anonymous, "max_queued_messages 0"] });
    const wire = await TcpProxy.listen(cloud.port);
    afterwards(context, () => wire.close());
    const center = await dataCenter(context, { data, brokerPort: cloud.port, words: ["--quiet"] });
    await ready(center);
    const words = ["bridge", "--local", `mqtt://127.0.0.1:${local.port}`, "--outbox", outbox];
    const between = [...words, "--cloud", `mqtt://127.0.0.1:${wire.port}`];
    let bridge = await forwarding(context, between);
    await until(async () => (await bridge.page("/readyz")).status === 200);

    const quiet = await machineClient(context, local.port, QUIET);
    const state = `{"ts":"2026-01-11T10:00:00+00:00", "state":"RUNNING"}`;
    await quiet.publishAsync(`factory/${QUIET}/state`, state, { qos: 1, retain: true });
    let stored = 0;
    const plc = await machineClient(context, local.port, PLC);
    const simulate = ["simulate", "--broker", `mqtt://127.0.0.1:${local.port}`, "--speed", "5"];
    const line = await startConche([...simulate, "--outbox", `${outbox}-line`]);
    afterwards(context, () => line.stop("SIGKILL"));

    const alarms = load(plc, () => stored);
    afterwards(context, () => void alarms.stop()); // who talks on after a failure keeps the file from ending
    const flows = async () => {
      await until(() => count(data, "mqtt_messages") >= stored + BETWEEN_BLOWS);
      stored = count(data, "mqtt_messages");
    };
    await flows();
    for (let round = 0; round < ROUNDS; round++) {
      await cloud.kill();
      await cloud.start();
      await flows();
      assert.equal((await verifiedOutbox(outbox)).openedBy?.pid, bridge.child.pid, "while it runs");
      await bridge.stop("SIGKILL");
      assert.equal((await verifiedOutbox(outbox)).openedBy, null, "as it was killed");
      bridge = await forwarding(context, between);
      await flows();
      wire.refuse();
      await bridge.event(({ event, side, up }) => event === "link" && side === "cloud" && up === false);
      stored = count(data, "mqtt_messages");
      wire.admit();
      await flows();
    }
    const ledger = await alarms.stop();
    assert.equal(await line.stop("SIGTERM"), 0, line.errors.join("\n"));
    // The line has numbers of its own: what it knows of receipts came down through the bridge.
    const ended = line.events.find(({ event }) => event === "stopped");
    assert.ok(Number(ended?.receipted) > 0, JSON.stringify(ended));

    const ofPlc = `SELECT payload_json FROM mqtt_messages WHERE topic = 'factory/${PLC}/alarm'`;
    const countOfPlc = `SELECT count(*) AS count FROM mqtt_messages WHERE topic = 'factory/${PLC}/alarm'`;
    await until(() => Number(select(data, countOfPlc)[0]?.count) >= ledger.length);
    await until(async () => (await metric(bridge, `conche_outbox_messages{kind="durable"}`)) === 0);
    const inLog = select(data, ofPlc).map(({ payload_json }) => digestOf(String(payload_json)));
    assert.deepEqual(inLog.toSorted(), ledger.toSorted(), "lost 0, duplicated 0, altered 0");
    assert.equal(count(data, "quarantine"), 0);

    const retained = await heard(context, cloud.port, `factory/${QUIET}/state`);
    assert.deepEqual(retained, { payload: state, retain: true }, "the broker that lost it has it again");
    quiet.stream.destroy();
    quiet.end(true);
    const wills = `SELECT id FROM mqtt_messages WHERE topic = 'factory/${QUIET}/state' AND payload_json = ?`;
    await until(() => select(data, wills, OFFLINE).length === 1);
    assert.equal((await heard(context, cloud.port, `factory/${QUIET}/state`)).payload, OFFLINE);

    const command = JSON.stringify({
      command_id: "c-1",
      command: "hold",
      at: new Date().toISOString(),
      by: "test",
    });
    const came = heard(context, local.port, `datacenter/${PLC}/command`);
    const office = await mqtt.connectAsync(`mqtt://127.0.0.1:${cloud.port}`);
    afterwards(context, () => office.endAsync(true));
    await office.publishAsync(`datacenter/${PLC}/command`, command, { qos: 1 });
    assert.equal((await came).payload, command);

    await endInOrder(bridge);
    await endInOrder(center);
    // Both ends: what the outbox took and no longer has is what the log has.
    await assertVerified(data);
    const { totals, waiting } = await verifiedOutbox(outbox);
    assert.deepEqual(totals.durable, {
      taken: totals.durable.taken,
      receipted: totals.durable.taken - waiting.durable.messages,
    });
    assert.ok(totals.durable.receipted > ledger.length);
    assert.ok(
      count(data, "mqtt_messages") >= totals.durable.receipted,
      "nothing was forgotten that the log hasn't",
    );
    await verifiedOutbox(`${outbox}-line`);
  });

  test("telemetry of several sites: what was said while the link was cut is refilled, what the ring lost is missing", async (context) => {
    const data = await temporaryFolder(context);
    const center = await dataCenter(context, { data, words: ["--quiet"] });
    const wire = await TcpProxy.listen(Number(new URL(String(center.started.mqtt)).port));
    afterwards(context, () => wire.close());
    const site = async (name: string) => {
      const outbox = join(await temporaryFolder(context), "outbox");
      const words = [
        "edge",
        "--cloud",
        `mqtt://127.0.0.1:${wire.port}`,
        "--mqtt-port",
        "0",
        "--outbox",
        outbox,
      ];
      const edge = await forwarding(context, [...words, "--telemetry-limit", "4194304"]);
      const machine = `${name}/line-a/s5_tempering/plc-01`;
      const port = Number(new URL(String(edge.started.mqtt)).port);
      return { edge, machine, outbox, client: await machineClient(context, port, machine) };
    };
    const sites = [await site("tunis-01"), await site("sfax-01")];
    for (const { edge } of sites) {
      await edge.event(({ event, side, up }) => event === "link" && side === "cloud" && up === true);
    }
    const say = async (client: MqttClient, machine: string, number: number, bytes: number) => {
      const tags = `{"n":${number},"note":"${"x".repeat(bytes)}"}`;
      const payload = `{"ts":"2026-01-11T10:00:00Z","product_type":"dark","batch_id":"B20260111-DA-0042","tags":${tags}}`;
      await client.publishAsync(`factory/${machine}/telemetry`, payload, { qos: 0 });
    };
    for (const { client, machine } of sites) await say(client, machine, 0, 10);
    for (const { edge } of sites) {
      await until(async () => (await metric(edge, "conche_forward_receipted_total")) >= 2);
    }
    wire.refuse();
    for (const { edge } of sites) {
      await edge.event(({ event, side, up }) => event === "link" && side === "cloud" && up === false);
    }
    const [small, large] = sites;
    assert.ok(small !== undefined && large !== undefined);
    for (let number = 1; number <= 50; number++) await say(small.client, small.machine, number, 10);
    for (let number = 1; number <= 120; number++) await say(large.client, large.machine, number, 60_000);
    for (const [{ edge }, taken] of [
      [small, 51],
      [large, 121],
    ] as const) {
      await until(
        async () => (await metric(edge, `conche_forward_messages_total{outcome="taken"}`)) === taken,
      );
    }
    const gone = await metric(large.edge, "conche_forward_telemetry_dropped_total");
    assert.ok(gone > 0 && gone < 120, `${gone} dropped`);
    wire.admit();
    for (const { edge } of sites) {
      await until(async () => (await metric(edge, `conche_outbox_messages{kind="telemetry"}`)) === 0);
    }

    const numbersOf = (machine: string) =>
      select(
        data,
        `SELECT json_extract(payload_json, '$.tags.n') AS n, flags & ${MESSAGE_FLAG.REFILL} <> 0 AS refilled
         FROM mqtt_messages WHERE topic = ? ORDER BY n`,
        `factory/${machine}/telemetry`,
      ).map(({ n, refilled }) => `${n} ${refilled}`);
    const expected = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => `${from + index} 1`);
    assert.deepEqual(numbersOf(small.machine), ["0 0", ...expected(1, 50)]);
    assert.deepEqual(numbersOf(large.machine), ["0 0", ...expected(1 + gone, 120)]);
    await endInOrder(small.edge);
    await endInOrder(large.edge);
    await endInOrder(center);
    const missing = select(data, "SELECT missing_json FROM sequences WHERE machine = ?", large.machine);
    assert.deepEqual(missing, [{ missing_json: JSON.stringify([[2, gone + 1]]) }]);
    const report = await runConche(["report", "completeness", "--data", data, "--json"]);
    assert.equal(JSON.parse(report.out).totals.missing, gone);
    await assertVerified(data);
    for (const [{ outbox }, dropped] of [
      [small, 0],
      [large, gone],
    ] as const) {
      assert.equal((await verifiedOutbox(outbox)).totals.telemetry.dropped, dropped);
    }
  });
});
