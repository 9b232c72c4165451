import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { portOf, type RunningConche } from "../../servers/conche.ts";
import { type Mosquitto, NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import {
  BOOT,
  dataCenter,
  endInOrder,
  mosquitto,
  ready,
  select,
  TELEMETRY,
  telemetry,
  temporaryFolder,
  until,
  verifiedTotals,
} from "./data-center.ts";

const NUMBERED = "factory/tunis-01/line-a/s5_tempering/temper-01/state";
const PLAIN = "factory/tunis-01/line-a/s4_conching/conche-01/state";
const WILL = "factory/tunis-01/line-a/s6_molding/molder-01/state";

const state = (minute: number, fields: object = {}) =>
  JSON.stringify({ ts: new Date(Date.UTC(2026, 0, 11, 8, minute)).toISOString(), ...fields });

/** The states of three machines: with identity, without, and a will, which has not even a time. */
const RETAINED = [
  [NUMBERED, state(1, { v: 2, boot: BOOT, seq: 1, state: "ONLINE" })],
  [PLAIN, state(2, { state: "RUNNING" })],
  [WILL, '{"ts":"unknown","state":"OFFLINE"}'],
] as const;

async function publish(broker: Mosquitto, topic: string, payload: string, retain: boolean): Promise<void> {
  const client = await RawClient.connected(broker.port, 4, `publisher-${broker.port}`);
  client.publish(topic, payload, 1, 1, { retain });
  await client.expect("puback");
  client.send({ cmd: "disconnect" });
  await client.closed;
}

/** One replay after the other on the same log, and what they may come to. */
class Replays {
  readonly #broker: Mosquitto;
  readonly #data: string;
  #markers = 0;

  constructor(broker: Mosquitto, data: string) {
    this.#broker = broker;
    this.#data = data;
  }

  /** Whatever the broker had to replay has been taken: it comes before what is published after it. */
  async taken(center: RunningConche): Promise<void> {
    await ready(center);
    const seq = ++this.#markers;
    await publish(this.#broker, TELEMETRY, telemetry(seq, { boot: "boot-of-the-marker" }), false);
    await until(() => this.#rows("telemetry").length === seq);
    await until(() => this.#acknowledged(seq));
  }

  /**
   * Whether the broker knows that the marker has arrived. It stands in the log a little earlier, and a broker that is
   * stopped in between sends it again: a duplicate that no replay made.
   */
  #acknowledged(seq: number): boolean {
    const { log } = this.#broker;
    const sendings = log.flatMap((line, index) => {
      const [, session, mid] =
        /Sending PUBLISH to (\S+) \(d0, q1, r0, m(\d+), '.*\/telemetry'/.exec(line) ?? [];
      return session === undefined
        ? []
        : [{ index, answer: `Received PUBACK from ${session} (Mid: ${mid},` }];
    });
    const marker = sendings[seq - 1];
    return marker !== undefined && log.some((line, at) => at > marker.index && line.includes(marker.answer));
  }

  /** The states that are in the log. */
  states(): unknown[] {
    return this.#rows("state").map(({ topic, payload }) => [topic, payload]);
  }

  #rows(type: string) {
    const sql = "SELECT topic, payload_json AS payload FROM mqtt_messages WHERE type = ? ORDER BY id";
    return select(this.#data, sql, type);
  }
}

suite("row 32, retained message replayed on reconnect: not a new event", { skip: NO_MOSQUITTO }, () => {
  for (const [protocol, replayed] of [
    ["5", 1], // a new session only: MQTT 5 can ask for that
    ["3.1.1", 7],
  ] as const) {
    test(`MQTT ${protocol}: on reconnect, restart and with a new session; a state that has changed is one`, async (context: TestContext) => {
      const broker = await mosquitto(context, {
        verbose: true,
        global: ["allow_anonymous true", "persistence true", "persistence_location FOLDER/"],
      });
      const data = await temporaryFolder(context);
      const replays = new Replays(broker, data);
      const start = (session: string) =>
        dataCenter(context, {
          data,
          brokerPort: broker.port,
          words: ["--protocol", protocol, "--client-id", session],
        });
      for (const [topic, payload] of RETAINED) await publish(broker, topic, payload, true);

      const first = await start("session-1");
      await replays.taken(first);
      assert.deepEqual(replays.states(), RETAINED);

      await broker.stop();
      await until(async () => (await first.page("/readyz")).status === 503);
      await broker.start();
      await replays.taken(first);
      assert.deepEqual(replays.states(), RETAINED, "after a reconnect");
      await endInOrder(first);

      const second = await start("session-1");
      await replays.taken(second);
      assert.deepEqual(replays.states(), RETAINED, "after a restart");
      await endInOrder(second);

      const changed = [
        [PLAIN, state(9, { state: "IDLE" })],
        [NUMBERED, state(9, { v: 2, boot: BOOT, seq: 2, state: "OFFLINE" })],
      ] as const;
      for (const [topic, payload] of changed) await publish(broker, topic, payload, true);
      const third = await start("session-2");
      await replays.taken(third);
      await endInOrder(third);
      const byTopic = (rows: readonly unknown[]) => rows.map(String).sort();
      assert.deepEqual(byTopic(replays.states()), byTopic([...RETAINED, ...changed]), "in a new session");
      const { duplicates, quarantined } = await verifiedTotals(data);
      assert.deepEqual([duplicates, quarantined], [replayed, 0]);
    });
  }
});

test("row 32, embedded broker: what it retains is no new event, with a restart or a new subscription", async (context) => {
  const data = await temporaryFolder(context);
  const retained = RETAINED.slice(0, 2);
  for (const start of ["first", "second"]) {
    const center = await dataCenter(context, { data });
    const port = portOf(center.started.mqtt);
    const machine = await RawClient.connected(port, 5, "machine");
    for (const [index, [topic, payload]] of retained.entries()) {
      if (start === "second") break;
      machine.publish(topic, payload, 1, index + 1, { retain: true });
      await machine.expect("puback");
    }
    for (const subscription of ["one", "two"]) {
      const reader = await RawClient.connected(port, 5, `${start}-${subscription}`);
      reader.subscribe(1, ["factory/#", 0]);
      await reader.expect("suback");
      const heard = [await reader.expect("publish"), await reader.expect("publish")];
      assert.deepEqual(heard.map(({ topic }) => topic).sort(), retained.map(([topic]) => topic).sort());
      reader.cut();
    }
    await machine.ping();
    await endInOrder(center);
  }
  const { received, stored, duplicates } = await verifiedTotals(data);
  assert.deepEqual([received, stored, duplicates], [2, 2, 0]);
});
