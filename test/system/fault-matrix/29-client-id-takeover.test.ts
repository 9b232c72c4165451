import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { count, TELEMETRY, telemetry, until } from "./data-center.ts";
import { ATTACKER, underRules, VICTIM } from "./under-rules.ts";

suite("row 29, client identifier takeover by another identity: the victim stays connected", () => {
  for (const version of [4, 5] as const) {
    test(`embedded broker, ${version === 5 ? "MQTT 5" : "MQTT 3.1.1"}`, async (context) => {
      const { connected, data, audited } = await underRules(context, "embedded");
      const victim = await connected(VICTIM, version, "temper-01");
      for (const attempt of [1, 2]) {
        await assert.rejects(
          connected(ATTACKER, version, "temper-01"),
          version === 5 ? /refused: 135/ : /refused: 5/,
        );
        victim.publish(TELEMETRY, telemetry(attempt), 1, attempt);
        await victim.expect("puback");
      }
      assert.equal(count(data, "mqtt_messages"), 2);
      // Its own reconnect takes over, as it must.
      const again = await connected(VICTIM, version, "temper-01");
      await victim.closed;
      await again.ping();
      const entries = await audited();
      const takeovers = entries.filter(({ kind }) => kind.startsWith("takeover"));
      const told = takeovers.map(({ kind, subject, client_id }) => [kind, subject, client_id].join(" "));
      assert.deepEqual(
        [...new Set(told)],
        [`takeover-refused ${ATTACKER} temper-01`, `takeover ${VICTIM} temper-01`],
      );
      assert.equal(
        takeovers.reduce((sum, { count: times }) => sum + times, 0),
        3,
      );
    });

    test(`Mosquitto as deployed, ${version === 5 ? "MQTT 5" : "MQTT 3.1.1"}`, {
      skip: NO_MOSQUITTO,
    }, async (context) => {
      const { connected, data } = await underRules(context, "acl_file");
      const victim = await connected(VICTIM, version, "temper-01");
      const attacker = await connected(ATTACKER, version, "temper-01");
      await attacker.ping();
      victim.publish(TELEMETRY, telemetry(1), 1, 1);
      await victim.expect("puback");
      await until(() => count(data, "mqtt_messages") === 1);
    });
  }
});
