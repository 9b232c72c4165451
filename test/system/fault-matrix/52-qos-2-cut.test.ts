import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { portOf, type RunningConche } from "../../servers/conche.ts";
import { dataCenter, endInOrder, select, temporaryFolder, verifiedTotals } from "./data-center.ts";

const TOPIC = "factory/tunis-01/line-a/s5_tempering/temper-01/telemetry";
const KEPT = {
  4: { clean: false },
  5: { clean: false, properties: { sessionExpiryInterval: 1_000 } },
} as const;
const ID = 7;

/** Without a number of its own, so that nothing but the handshake keeps it from being stored twice. */
const event = (minute: number) =>
  JSON.stringify({
    ts: new Date(Date.UTC(2026, 0, 11, 8, minute)).toISOString(),
    product_type: "dark",
    batch_id: "B20260111-DA-0042",
    tags: { temp_c: 31.4 },
  });

const release = { cmd: "pubrel", messageId: ID, reasonCode: 0 } as const;

/** What the client has done when the data center is killed; what it does about it afterwards follows from that. */
const STEPS: Readonly<Record<string, (client: RawClient) => Promise<"publish" | "release" | "done">>> = {
  "when PUBLISH is sent": async (client) => {
    client.publish(TOPIC, event(1), 2, ID);
    return "publish";
  },
  "when PUBREC has come": async (client) => {
    client.publish(TOPIC, event(1), 2, ID);
    await client.expect("pubrec");
    return "publish";
  },
  "when PUBREL is sent": async (client) => {
    client.publish(TOPIC, event(1), 2, ID);
    await client.expect("pubrec");
    client.send(release);
    return "release";
  },
  "when PUBCOMP has come": async (client) => {
    client.publish(TOPIC, event(1), 2, ID);
    await client.expect("pubrec");
    client.send(release);
    await client.expect("pubcomp");
    return "done";
  },
};

async function killed(center: RunningConche, client: RawClient): Promise<void> {
  await center.stop("SIGKILL");
  await client.closed;
}

suite("row 52, the QoS 2 handshake cut at every step: once in the log", () => {
  for (const version of [4, 5] as const) {
    for (const [name, reach] of Object.entries(STEPS)) {
      test(`MQTT ${version}: kill -9 ${name}`, async (context: TestContext) => {
        const data = await temporaryFolder(context);
        const first = await dataCenter(context, { data });
        const client = await RawClient.connected(
          portOf(first.started.mqtt),
          version,
          "insists",
          KEPT[version],
        );
        const state = await reach(client);
        await killed(first, client);

        const second = await dataCenter(context, { data });
        const again = RawClient.open(portOf(second.started.mqtt), version);
        again.connect("insists", KEPT[version]);
        const { sessionPresent } = await again.expect("connack");
        if (name !== "when PUBLISH is sent")
          assert.equal(sessionPresent, true, "the session came with the message");
        if (state === "publish") {
          again.publish(TOPIC, event(1), 2, ID, { dup: sessionPresent === true });
          await again.expect("pubrec");
        }
        if (state !== "done") {
          again.send(release);
          await again.expect("pubcomp");
        }
        // The number is free: another message under it is another message, across another kill, too.
        again.publish(TOPIC, event(2), 2, ID);
        await again.expect("pubrec");
        await killed(second, again);

        const third = await dataCenter(context, { data });
        await endInOrder(third);
        const rows = select(data, "SELECT payload_json AS payload, qos FROM mqtt_messages ORDER BY id");
        assert.deepEqual(
          rows.map((row) => ({ ...row })),
          [1, 2].map((minute) => ({ payload: event(minute), qos: 2 })),
        );
        await verifiedTotals(data);
      });
    }
  }
});
