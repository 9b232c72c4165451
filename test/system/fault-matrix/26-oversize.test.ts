import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { portOf, type RunningConche } from "../../servers/conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import {
  count,
  dataCenter,
  endInOrder,
  metric,
  mosquitto,
  ready,
  select,
  TELEMETRY,
  telemetry,
  temporaryFolder,
  until,
  verifiedTotals,
} from "./data-center.ts";

const MEBIBYTE = 1_048_576;
/** A PUBLISH of QoS 1 whose header announces the most that MQTT can say: 256 MB. */
const ANNOUNCES_256_MB = Buffer.from("32ffffff7f", "hex");
/** What buffers on their way to the garbage collector may come to; what is refused would be far more. */
const FLAT_BYTES = 100 * MEBIBYTE;
/** Views start up for some seconds, in the same process and with nearly as much memory; none of that is ingest's. */
const INGEST_ALONE = ["--views", "off"] as const;

const residentBytes = (center: RunningConche) => metric(center, "process_resident_memory_bytes");

suite("row 26, oversize message, 256 MB length header: refused, no resend loop, memory flat", () => {
  test("embedded broker: closed as soon as the header is read, however often, and others are served", async (context) => {
    const data = await temporaryFolder(context);
    const center = await dataCenter(context, { data, words: INGEST_ALONE });
    const port = portOf(center.started.mqtt);
    const witness = RawClient.open(port, 5);
    witness.connect("witness");
    const { properties } = await witness.expect("connack");
    assert.equal(properties?.maximumPacketSize, MEBIBYTE, "who knows the limit needn't run into it");
    const before = await residentBytes(center);
    for (let attempt = 1; attempt <= 100; attempt++) {
      const client = await RawClient.connected(port, attempt % 2 === 0 ? 4 : 5, "temper-01");
      client.write(ANNOUNCES_256_MB);
      client.write(Buffer.alloc(64 * 1024, "x"));
      const answer = await client.next();
      if (client.version === 5) assert.deepEqual([answer?.cmd, answer?.reasonCode], ["disconnect", 0x95]);
      await client.closed;
    }
    const notice = await center.event(({ text }) => /temper-01 was disconnected/.test(String(text)));
    assert.match(String(notice.text), /a packet of 268435460 bytes/);
    witness.publish(TELEMETRY, telemetry(1), 1, 1);
    await witness.expect("puback");
    const grown = (await residentBytes(center)) - before;
    assert.ok(grown < FLAT_BYTES, `grown by ${grown} bytes`);
    await endInOrder(center);
    assert.deepEqual(await verifiedTotals(data), { received: 1, stored: 1, duplicates: 0, quarantined: 0 });
  });

  for (const protocol of ["5", "3.1.1"]) {
    test(`Mosquitto, MQTT ${protocol}: its beginning is quarantined, it is acknowledged and never sent again`, {
      skip: NO_MOSQUITTO,
    }, async (context) => {
      const broker = await mosquitto(context);
      const data = await temporaryFolder(context);
      const setting = { data, brokerPort: broker.port, words: ["--protocol", protocol, ...INGEST_ALONE] };
      const first = await dataCenter(context, setting);
      await ready(first);
      const before = await residentBytes(first);
      const client = await RawClient.connected(broker.port, 5, "temper-01");
      const payload = Buffer.alloc(64 * MEBIBYTE, "x");
      for (let id = 1; id <= 3; id++) {
        client.publish(TELEMETRY, payload, 1, id, {
          properties: { userProperties: { boot: "boot-of-temper-01", seq: String(id) } },
        });
        await client.expect("puback");
      }
      await first.event(({ text }) => /a message of 67108864 bytes .* over the limit/.test(String(text)));
      await until(() => count(data, "quarantine") === 3);
      const grown = (await residentBytes(first)) - before;
      assert.ok(grown < FLAT_BYTES, `grown by ${grown} bytes`);
      await endInOrder(first);

      const second = await dataCenter(context, setting);
      await ready(second);
      client.publish(TELEMETRY, telemetry(4), 1, 4);
      await until(() => count(data, "mqtt_messages") === 1);
      await endInOrder(second);
      assert.deepEqual(await verifiedTotals(data), { received: 4, stored: 1, duplicates: 0, quarantined: 3 });
      const rows = select(data, "SELECT reason, seq, length(payload) AS bytes FROM quarantine ORDER BY id");
      for (const [index, { reason, seq, bytes }] of rows.entries()) {
        assert.equal(reason, "oversize");
        assert.equal(seq, protocol === "5" ? index + 1 : null, "a number that came is not missing");
        assert.ok(Number(bytes) > 100_000 && Number(bytes) <= 128 * 1024);
      }
    });
  }
});
