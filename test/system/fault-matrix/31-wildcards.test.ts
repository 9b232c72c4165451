import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { RawClient } from "../../adapters/broker/raw-client.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { NO_DYNAMIC_SECURITY } from "../../servers/mosquitto-access.ts";
import { count, TELEMETRY, telemetry, until } from "./data-center.ts";
import { ATTACKER, type Keeper, underRules, VICTIM } from "./under-rules.ts";

const GREEDY = [
  "#",
  "+/+",
  "+/+/+/+/+/+",
  "factory/#",
  "datacenter/#",
  "$SYS/#",
  "$share/ingest/factory/#",
  "$share/ingest/#",
  `$share/ingest/factory/${VICTIM}/telemetry`,
];
const MESSAGES = 40;

const KEEPERS: readonly (readonly [Keeper, string | false])[] = [
  ["embedded", false],
  ["acl_file", NO_MOSQUITTO],
  ["dynamic security", NO_DYNAMIC_SECURITY],
];

suite("row 31, a machine subscribes to wildcards, $SYS or a share: nothing delivered, nothing lost", () => {
  for (const [keeper, skip] of KEEPERS) {
    for (const version of [4, 5] as const) {
      test(`${keeper}, ${version === 5 ? "MQTT 5" : "MQTT 3.1.1"}`, { skip }, async (context) => {
        const { connected, data } = await underRules(context, keeper);
        const attacker = await connected(ATTACKER, version, "attacker");
        const granted: number[] = [];
        for (const [index, filter] of GREEDY.entries()) {
          attacker.subscribe(index + 1, [filter, 1]);
          granted.push(await grantedNext(attacker));
        }
        // An acl_file grants everything and judges deliveries.
        if (keeper !== "acl_file")
          assert.ok(
            granted.every((code) => code >= 0x80),
            granted.join(),
          );
        const machine = await connected(VICTIM, version, "victim");
        for (let seq = 1; seq <= MESSAGES; seq++) {
          machine.publish(TELEMETRY, telemetry(seq), 1, seq, { retain: seq % 2 === 0 });
          await machine.expect("puback");
        }
        await until(() => count(data, "mqtt_messages") === MESSAGES);
        await attacker.ping();
        // Where deliveries are judged, what is its own may come by any filter.
        const heard = attacker.packets.flatMap(({ cmd, topic = "" }) => (cmd === "publish" ? [topic] : []));
        assert.deepEqual(
          heard.filter((topic) => keeper !== "acl_file" || !topic.startsWith(`datacenter/${ATTACKER}/`)),
          [],
        );
      });
    }
  }
});

/** The reason code of the next SUBACK. An acl_file lets through what is the client's own, a receipt, at any time. */
async function grantedNext(client: RawClient): Promise<number> {
  let packet = await client.next();
  while (packet?.cmd === "publish") packet = await client.next();
  assert.equal(packet?.cmd, "suback", "the connection was closed");
  return packet.granted?.[0] ?? 0;
}
