import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { RawClient, type ServerPacket } from "../../adapters/broker/raw-client.ts";
import { runConche } from "../../commands/run-conche.ts";
import { portOf } from "../../servers/conche.ts";
import { dataCenter, endInOrder, STATE, select, temporaryFolder, verifiedTotals } from "./data-center.ts";

const CLEARED = STATE.replace("temper-01", "temper-02");
const BROKEN = STATE.replace("temper-01", "temper-03");
const EXPIRING = STATE.replace("temper-01", "temper-04");
const FOREIGN = "plant/notice";
const LAST = "plant/last";

const state = (name: string, minute = 0) =>
  JSON.stringify({ ts: new Date(Date.UTC(2026, 0, 11, 8, minute)).toISOString(), state: name });

/** What a new subscriber to everything gets, by topic, without the machinery of its delivery. */
async function seen(port: number): Promise<Record<string, object>> {
  const client = await RawClient.connected(port, 5, "dashboard");
  client.subscribe(1, ["factory/#", 1], ["plant/#", 1]);
  // Retained last, it comes last.
  while ((await client.next())?.topic !== LAST);
  client.cut();
  const publishes = client.packets.filter(
    ({ cmd, topic }) => cmd === "publish" && !topic?.endsWith("/receipt"),
  );
  return Object.fromEntries(publishes.map((packet) => [packet.topic, shown(packet)]));
}

function shown({ payload, qos, retain, properties }: ServerPacket): object {
  const { messageExpiryInterval, ...rest } = properties ?? {};
  return { payload: payload?.toString(), qos, retain, expires: messageExpiryInterval !== undefined, ...rest };
}

suite("row 46, retained state cleared, then a restart: subscribers get what they would have got without it", () => {
  test("cleared, replaced, repeated, quarantined and expiring ones, with QoS and properties", async (context: TestContext) => {
    const data = await temporaryFolder(context);
    const first = await dataCenter(context, { data });
    const machine = await RawClient.connected(portOf(first.started.mqtt), 5, "temper-01");
    let id = 0;
    const retain = async (topic: string, payload: string, more: object = {}) => {
      machine.publish(topic, payload, 1, ++id, { retain: true, ...more });
      await machine.expect("puback");
    };
    const properties = {
      contentType: "application/json",
      responseTopic: "plant/answers",
      correlationData: Buffer.from([0, 255, 7]),
      payloadFormatIndicator: true,
      userProperties: { line: ["a", "b"], "": "empty" },
    };
    await retain(STATE, state("ONLINE"));
    await retain(STATE, state("RUNNING", 1), { properties });
    await retain(CLEARED, state("RUNNING"));
    await retain(CLEARED, "");
    await retain(BROKEN, "not JSON at all");
    await retain(EXPIRING, state("IDLE"), { properties: { messageExpiryInterval: 3_600 } });
    await retain(FOREIGN, "\u0000\u0001");
    machine.publish(FOREIGN.replace("notice", "plain"), "quiet", 0, 0, { retain: true });
    await machine.ping();
    await retain(LAST, "{}");
    const before = await seen(portOf(first.started.mqtt));
    assert.equal(before[CLEARED], undefined);
    assert.equal(Object.keys(before).length, 6);
    await endInOrder(first);

    const second = await dataCenter(context, { data });
    assert.deepEqual(await seen(portOf(second.started.mqtt)), before);
    await endInOrder(second);

    const [cleared] = select(data, "SELECT reason, detail FROM quarantine WHERE topic = ?", CLEARED);
    assert.deepEqual(cleared, {
      reason: "cleared",
      detail: '"temper-01" cleared the retained message of this topic',
    });
    await verifiedTotals(data);
    const { out } = await runConche(["quarantine", "list", "--data", data]);
    assert.doesNotMatch(out, /cleared/, "there is nothing to be done about it");
  });

  test("what has expired meanwhile does not come back", async (context: TestContext) => {
    const data = await temporaryFolder(context);
    const first = await dataCenter(context, { data });
    const machine = await RawClient.connected(portOf(first.started.mqtt), 5, "temper-01");
    const more = { retain: true, properties: { messageExpiryInterval: 1 } };
    machine.publish(STATE, state("RUNNING"), 1, 1, more);
    machine.publish(LAST, "{}", 1, 2, { retain: true });
    for (const _ of [STATE, LAST]) await machine.expect("puback");
    await first.stop("SIGKILL");
    const ages = select(data, "SELECT expires_at FROM broker_retained WHERE topic = ?", STATE);
    while (Date.now() < Number(ages[0]?.expires_at)) await new Promise((resolve) => setTimeout(resolve, 50));
    const second = await dataCenter(context, { data });
    assert.deepEqual(Object.keys(await seen(portOf(second.started.mqtt))), [LAST]);
    await endInOrder(second);
  });
});
