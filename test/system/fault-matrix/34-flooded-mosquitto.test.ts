import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { suite, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { count, TELEMETRY, telemetry, until } from "./data-center.ts";
import { ATTACKER, underRules, VICTIM } from "./under-rules.ts";

const SILENT = 500;
const CONNECTS = 200;
const UNRELEASED = 2_000;

suite("rows 34 and 36 behind Mosquitto: whoever floods it keeps no machine's message from the log", () => {
  test("500 silent sockets, and 200 CONNECTs with a wrong password", {
    skip: NO_MOSQUITTO,
  }, async (context) => {
    const { connected, data, broker } = await underRules(context, "acl_file");
    const port = broker?.port ?? 0;
    const silent: Socket[] = [];
    afterwards(context, () => {
      for (const socket of silent) socket.destroy();
    });
    for (let index = 0; index < SILENT; index++) {
      const socket = connect({ port, host: "127.0.0.1" });
      silent.push(socket);
      socket.on("error", () => {});
      await once(socket, "connect");
      // Half of them have begun to say something.
      if (index % 2 === 0) socket.write(Buffer.from([0x10, 0x40, 0x00]));
    }
    const machine = await connected(VICTIM, 5, "temper-01");
    machine.publish(TELEMETRY, telemetry(1), 1, 1);
    await machine.expect("puback");
    const login = { username: VICTIM, password: Buffer.from("wrong") };
    const refused = Array.from({ length: CONNECTS }, (_, index) =>
      RawClient.connected(port, 5, `flood-${index}`, login).catch((error: Error) => error.message),
    );
    machine.publish(TELEMETRY, telemetry(2), 1, 2);
    await machine.expect("puback");
    for (const said of await Promise.all(refused)) assert.match(String(said), /refused: 135/);
    await until(() => count(data, "mqtt_messages") === 2);
  });

  test("2,000 messages of QoS 2 that nobody releases", { skip: NO_MOSQUITTO }, async (context) => {
    const { connected, data } = await underRules(context, "acl_file");
    const attacker = await connected(ATTACKER, 5, "attacker");
    const topic = TELEMETRY.replace(VICTIM, ATTACKER);
    for (let id = 1; id <= UNRELEASED; id++) attacker.publish(topic, "x".repeat(1_000), 2, id);
    const machine = await connected(VICTIM, 5, "temper-01");
    for (const seq of [1, 2]) {
      machine.publish(TELEMETRY, telemetry(seq), 1, seq);
      await machine.expect("puback");
    }
    // What was not released is no message: neither in the log nor in quarantine.
    await until(() => count(data, "mqtt_messages") === 2);
    assert.equal(count(data, "quarantine"), 0);
  });
});
