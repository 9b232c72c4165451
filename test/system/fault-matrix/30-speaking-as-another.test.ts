import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { count, STATE, select, TELEMETRY, telemetry, until } from "./data-center.ts";
import { ATTACKER, type UnderRules, underRules, VICTIM } from "./under-rules.ts";

type Version = 4 | 5;
const OWN = `factory/${ATTACKER}/telemetry`;

/** Publishes, retains and wills on the victim's topics; each in a session of its own, as 3.1.1 ends with a refusal. */
async function attack({ connected }: UnderRules, version: Version): Promise<void> {
  for (const [qos, retain, topic] of [
    [0, false, TELEMETRY],
    [1, false, TELEMETRY],
    [1, true, STATE],
  ] as const) {
    const attacker = await connected(ATTACKER, version, "attacker");
    attacker.publish(topic, telemetry(1), qos, 1, { retain });
    if (qos === 1) await attacker.next();
    // A round trip, or the end of the connection.
    await attacker.ping().catch(() => {});
    attacker.cut();
    await attacker.closed;
  }
  const will = { topic: STATE, payload: Buffer.from('{"ts":"unknown","state":"OFFLINE"}'), qos: 1 as const };
  for (const retain of [false, true]) {
    const doomed = await connected(ATTACKER, version, "attacker", { will: { ...will, retain } }).catch(
      () => undefined,
    );
    doomed?.cut();
    await doomed?.closed;
  }
}

/** What follows the attack: the attacker's own message comes through, and nothing has before. */
async function onlyItsOwn({ connected, data }: UnderRules, version: Version): Promise<void> {
  const machine = await connected(ATTACKER, version, "honest");
  machine.publish(OWN, telemetry(1), 1, 1);
  await machine.expect("puback");
  await until(() => count(data, "mqtt_messages") === 1);
  assert.deepEqual(select(data, "SELECT topic FROM mqtt_messages"), [{ topic: OWN }]);
  assert.equal(count(data, "quarantine"), 0);
  const late = await connected(VICTIM, version, "victim");
  await late.ping();
  assert.deepEqual(
    late.packets.filter(({ cmd }) => cmd === "publish"),
    [],
  );
}

suite("row 30, a machine publishes, wills or retains on another's topic: no row, an audit event", () => {
  for (const [version, name] of [
    [4, "MQTT 3.1.1"],
    [5, "MQTT 5"],
  ] as const) {
    test(`embedded broker, ${name}`, async (context) => {
      const setting = await underRules(context, "embedded");
      await attack(setting, version);
      await onlyItsOwn(setting, version);
      const entries = await setting.audited();
      const refused = (kind: string, object: string) =>
        entries
          .filter((entry) => entry.kind === kind && entry.subject === ATTACKER && entry.object === object)
          .reduce((sum, entry) => sum + entry.count, 0);
      assert.deepEqual(
        [
          refused("publish-refused", TELEMETRY),
          refused("publish-refused", STATE),
          refused("connection-refused", "will"),
        ],
        [2, 1, 2],
      );
      assert.ok(entries.some(({ kind }) => kind === "policy-changed"));
    });

    test(`Mosquitto, ${name}`, { skip: NO_MOSQUITTO }, async (context) => {
      const setting = await underRules(context, "acl_file");
      await attack(setting, version);
      await onlyItsOwn(setting, version);
      // It keeps its own record.
      const denied = setting.broker?.log.filter((line) => /Denied PUBLISH/.test(line)) ?? [];
      assert.ok(denied.length >= 3, denied.join("\n"));
    });
  }
});
