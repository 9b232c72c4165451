import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { NO_DYNAMIC_SECURITY } from "../../servers/mosquitto-access.ts";
import { BOOT, TELEMETRY, telemetry } from "./data-center.ts";
import { ATTACKER, type Keeper, underRules, VICTIM } from "./under-rules.ts";

const RECEIPT = `datacenter/${VICTIM}/receipt`;
const COMMAND = `datacenter/${VICTIM}/command`;
const FORGED = JSON.stringify({
  boot: BOOT,
  through: 5,
  missing: [],
  quarantined: [],
  at: "2026-01-11T10:00:00Z",
});

const KEEPERS: readonly (readonly [Keeper, string | false])[] = [
  ["embedded", false],
  ["acl_file", NO_MOSQUITTO],
  ["dynamic security", NO_DYNAMIC_SECURITY],
];

suite("row 33, a forged receipt: refused by the rules, the machine hears of its data center only", () => {
  for (const [keeper, skip] of KEEPERS) {
    for (const version of [4, 5] as const) {
      test(`${keeper}, ${version === 5 ? "MQTT 5" : "MQTT 3.1.1"}`, { skip }, async (context) => {
        const { connected, audited } = await underRules(context, keeper);
        const machine = await connected(VICTIM, version, "victim");
        machine.subscribe(1, [RECEIPT, 1], [COMMAND, 1]);
        assert.deepEqual((await machine.expect("suback")).granted, [1, 1]);
        // As somebody else, and as the machine itself.
        for (const [identity, topic, retain] of [
          [ATTACKER, RECEIPT, true],
          [ATTACKER, RECEIPT, false],
          [ATTACKER, COMMAND, false],
          [VICTIM, RECEIPT, true],
        ] as const) {
          const forger = await connected(identity, version, `forger-${retain}`);
          forger.publish(topic, FORGED, 1, 1, { retain });
          const answer = await forger.next();
          if (version === 5) assert.equal(answer?.reasonCode, 0x87, topic);
          forger.cut();
          await forger.closed;
          // On Mosquitto the identity is the client identifier: the machine's own second session ends the first.
          if (identity === VICTIM && keeper !== "embedded") break;
        }
        const honest =
          keeper === "embedded" ? machine : await connected(VICTIM, version, "victim again", { clean: true });
        if (honest !== machine) {
          honest.subscribe(1, [RECEIPT, 1], [COMMAND, 1]);
          await honest.expect("suback");
        }
        honest.publish(TELEMETRY, telemetry(1), 1, 1);
        const heard: string[] = [];
        while (heard.length === 0) {
          const packet = await honest.next();
          assert.ok(packet !== undefined, "the connection was closed");
          // An empty one takes away what was retained: the data center knows nothing of the machine yet.
          if (packet.cmd === "publish" && String(packet.payload) !== "")
            heard.push(`${packet.topic} ${JSON.parse(String(packet.payload)).through}`);
        }
        assert.deepEqual(heard, [`${RECEIPT} 1`]);
        if (keeper !== "embedded") return;
        const refused = (await audited()).filter(({ kind }) => kind === "publish-refused");
        assert.deepEqual([...new Set(refused.map(({ subject, object }) => `${subject} ${object}`))].sort(), [
          `${ATTACKER} ${COMMAND}`,
          `${ATTACKER} ${RECEIPT}`,
          `${VICTIM} ${RECEIPT}`,
        ]);
      });
    }
  }
});
