import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../adapters/broker/raw-client.ts";
import { portOf } from "../servers/conche.ts";
import { dataCenter, endInOrder, STATE, select, temporaryFolder, until } from "./fault-matrix/data-center.ts";

const KEPT = { clean: false, properties: { sessionExpiryInterval: 1_000 } } as const;

/** Waits until the sessions on disk are these, by client. */
async function sessionsAre(data: string, clients: readonly string[]): Promise<void> {
  const wanted = JSON.stringify(clients);
  await until(() => {
    const rows = select(data, "SELECT client_id FROM broker_sessions ORDER BY client_id");
    return JSON.stringify(rows.map((row) => row.client_id)) === wanted;
  });
}

test("sessions that asked to be kept are there after kill -9, with their subscriptions; others are not", async (t) => {
  const data = await temporaryFolder(t);
  const first = await dataCenter(t, { data });
  const port = portOf(first.started.mqtt);
  const kept = await RawClient.connected(port, 5, "kept", KEPT);
  kept.subscribe(1, ["factory/+/+/+/+/state", 1], ["$share/readers/other/#", 2]);
  await kept.expect("suback");
  const passing = await RawClient.connected(port, 5, "passing");
  passing.subscribe(1, ["factory/#", 1]);
  await passing.expect("suback");
  const ended = await RawClient.connected(port, 5, "ended", KEPT);
  await sessionsAre(data, ["ended", "kept"]);
  ended.send({ cmd: "disconnect", reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
  await ended.closed;
  await sessionsAre(data, ["kept"]);
  await first.stop("SIGKILL");

  const second = await dataCenter(t, { data });
  const machine = await RawClient.connected(portOf(second.started.mqtt), 5, "temper-01");
  machine.publish(STATE, '{"ts":"2026-01-11T08:00:00Z","state":"ONLINE"}', 1, 1);
  machine.publish("other/x", "shared", 1, 2);
  await machine.expect("puback");
  await machine.expect("puback");
  const back = RawClient.open(portOf(second.started.mqtt), 5);
  back.connect("kept", KEPT);
  assert.equal((await back.expect("connack")).sessionPresent, true);
  const topics = [(await back.expect("publish")).topic, (await back.expect("publish")).topic];
  assert.deepEqual(topics, [STATE, "other/x"], "what came while it was away is waiting for it");
  const new5 = RawClient.open(portOf(second.started.mqtt), 5);
  new5.connect("passing", KEPT);
  assert.equal((await new5.expect("connack")).sessionPresent, false);
  await endInOrder(second);
});
