import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { ScriptedBroker } from "../../servers/scripted-broker.ts";
import {
  count,
  dataCenter,
  endInOrder,
  metric,
  mosquitto,
  ready,
  TELEMETRY,
  telemetry,
  temporaryFolder,
  until,
} from "./data-center.ts";

const SAYS_WHY = /CONCHE_QOS_DOWNGRADED: .*granted QoS 0, needs QoS 1.*allow QoS 1/;

suite("row 22, broker grants a lower QoS in SUBACK: not ready, and says so", () => {
  for (const protocol of ["5", "3.1.1"]) {
    test(`Mosquitto with max_qos 0, MQTT ${protocol}: what comes all the same is stored`, {
      skip: NO_MOSQUITTO,
    }, async (context) => {
      const broker = await mosquitto(context, { listener: ["max_qos 0"] });
      const data = await temporaryFolder(context);
      const words = ["--protocol", protocol];
      const center = await dataCenter(context, { data, brokerPort: broker.port, words });
      const notice = await center.event(({ text }) => SAYS_WHY.test(String(text)));
      assert.equal(notice.level, "warning");
      const readyz = await center.page("/readyz");
      assert.equal(readyz.status, 503);
      assert.match(readyz.text, SAYS_WHY);
      assert.equal((await center.page("/healthz")).status, 200);
      assert.equal(await metric(center, 'conche_check_ok{check="delivery"}'), 0);

      const client = await RawClient.connected(broker.port, 4, "temper-01");
      client.publish(TELEMETRY, telemetry(1), 0, 0);
      await until(() => count(data, "mqtt_messages") === 1);
      assert.equal((await center.page("/readyz")).status, 503);
      await endInOrder(center);
    });
  }

  test("is ready once the broker grants it", async (context) => {
    await using broker = await ScriptedBroker.listen();
    const data = await temporaryFolder(context);
    const center = await dataCenter(context, { data, brokerPort: broker.port });
    const connection = await broker.connection();
    // Receipts, which come when they come.
    connection.takePublishes();
    await connection.acceptConnect();
    await connection.acceptSubscribe([0]);
    await center.event(({ text }) => SAYS_WHY.test(String(text)));
    assert.equal((await center.page("/readyz")).status, 503);
    await connection.acceptSubscribe([1]);
    await ready(center);
    await endInOrder(center);
  });
});
