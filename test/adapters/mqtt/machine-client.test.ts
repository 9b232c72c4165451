import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectMachine, type MachineClientOptions } from "../../../src/adapters/mqtt/machine-client.ts";
import type { ConcheError } from "../../../src/errors/conche-error.ts";
import type { PublishedMessage } from "../../../src/mqtt/machine-connection.ts";
import { makeAuthority } from "../../servers/certificates.ts";
import { freePort } from "../../servers/mosquitto.ts";
import { Arrivals, type BrokerConnection, ScriptedBroker } from "../../servers/scripted-broker.ts";

const TOPIC = "factory/tunis-01/line-a/s5_tempering/temper-01";
const ALARM: PublishedMessage = {
  topic: `${TOPIC}/alarm`,
  payload: '{"code":"T1"}',
  qos: 1,
  retain: false,
  schema: "alarm/2",
};
const TELEMETRY: PublishedMessage = { ...ALARM, topic: `${TOPIC}/telemetry`, qos: 0, schema: "telemetry/2" };
const WILL: PublishedMessage = {
  topic: `${TOPIC}/state`,
  payload: '{"state":"OFFLINE"}',
  qos: 1,
  retain: true,
  schema: "state/2",
};

function options(
  broker: { readonly port: number },
  more: Partial<MachineClientOptions> = {},
): MachineClientOptions {
  return {
    url: `mqtt://127.0.0.1:${broker.port}`,
    clientId: "temper-01",
    protocol: 5,
    retry: { firstMs: 1, longestMs: 5 },
    ...more,
  };
}

/** A machine connected to a scripted broker. */
async function connected(broker: ScriptedBroker, more: Partial<MachineClientOptions> = {}) {
  const connecting = connectMachine(options(broker, more));
  const connection = await broker.connection();
  const connect = await connection.acceptConnect();
  return { client: await connecting, connection, connect };
}

/** Takes the next PUBLISH and acknowledges it. */
async function take(connection: BrokerConnection, reasonCode = 0): Promise<string> {
  const packet = await connection.expect("publish");
  if (packet.qos > 0) connection.send({ cmd: "puback", messageId: packet.messageId ?? 0, reasonCode });
  return String(packet.payload);
}

describe("connectMachine", () => {
  it("connects with a clean session and the machine's will", async () => {
    await using broker = await ScriptedBroker.listen();
    const { client, connect } = await connected(broker, {
      will: WILL,
      username: "temper",
      password: "secret",
    });
    assert.deepEqual(
      [connect.clientId, connect.protocolVersion, connect.clean, connect.username, String(connect.password)],
      ["temper-01", 5, true, "temper", "secret"],
    );
    assert.deepEqual(
      {
        ...connect.will,
        payload: String(connect.will?.payload),
        properties: { ...connect.will?.properties },
      },
      {
        topic: WILL.topic,
        payload: WILL.payload,
        qos: 1,
        retain: true,
        properties: {
          contentType: "application/json",
          userProperties: Object.assign(Object.create(null), { schema: "state/2" }),
        },
      },
    );
    await client.close();
  });

  it("speaks MQTT 3.1.1 without properties", async () => {
    await using broker = await ScriptedBroker.listen(4);
    const { client, connection, connect } = await connected(broker, { protocol: 4, will: WILL });
    assert.equal(connect.protocolVersion, 4);
    assert.equal(connect.will?.properties, undefined);
    const outcome = client.publish(ALARM);
    assert.equal(await take(connection), ALARM.payload);
    assert.deepEqual(await outcome, { kind: "sent" });
    await client.close();
  });

  it("rejects at once what trying again won't change", async () => {
    await using broker = await ScriptedBroker.listen();
    for (const [reasonCode, hint] of [
      [0x86, /password/],
      [0x84, /3\.1\.1/],
    ] as const) {
      const connecting = connectMachine(options(broker, { signal: new AbortController().signal }));
      const rejected = assert.rejects(connecting, (error: ConcheError) => {
        assert.equal(error.code, "CONCHE_BROKER_REFUSED");
        assert.match(error.hint, hint);
        return true;
      });
      await (await broker.connection()).acceptConnect({ reasonCode });
      await rejected;
    }
  });

  it("rejects when nobody listens, or goes on until it is told to stop", async () => {
    const port = await freePort();
    await assert.rejects(connectMachine(options({ port })), {
      code: "CONCHE_BROKER_UNREACHABLE",
      message: /ECONNREFUSED/,
    });
    const abort = new AbortController();
    let troubles = 0;
    await assert.rejects(
      connectMachine(
        options(
          { port },
          {
            signal: abort.signal,
            onTrouble: (error) => {
              assert.equal(error.code, "CONCHE_BROKER_UNREACHABLE");
              if (++troubles === 3) abort.abort();
            },
          },
        ),
      ),
      { code: "CONCHE_SHUTTING_DOWN" },
    );
    assert.equal(troubles, 3);
    await assert.rejects(connectMachine(options({ port }, { signal: AbortSignal.abort() })), {
      code: "CONCHE_SHUTTING_DOWN",
    });
  });

  it("tries a busy broker again", async () => {
    await using broker = await ScriptedBroker.listen();
    const connecting = connectMachine(options(broker, { signal: new AbortController().signal }));
    await (await broker.connection()).acceptConnect({ reasonCode: 0x89 });
    await (await broker.connection()).acceptConnect();
    await (await connecting).close();
  });

  it("gives up on a broker that says nothing", async () => {
    await using broker = await ScriptedBroker.listen();
    await assert.rejects(connectMachine(options(broker, { connectTimeoutMs: 20 })), {
      code: "CONCHE_BROKER_UNREACHABLE",
      message: /connack timeout/,
    });
  });

  it("checks the broker's certificate", async () => {
    const authority = makeAuthority();
    await using broker = await ScriptedBroker.listen(5, {
      ...authority.issue("broker", { hosts: ["127.0.0.1"] }),
    });
    const url = `mqtts://127.0.0.1:${broker.port}`;
    const connecting = connectMachine(options(broker, { url, ca: authority.cert }));
    await (await broker.connection()).acceptConnect();
    await (await connecting).close();
    await assert.rejects(connectMachine(options(broker, { url, ca: makeAuthority("Another").cert })), {
      code: "CONCHE_BROKER_CERTIFICATE",
    });
  });

  for (const [name, more, code] of [
    ["an address that is none", { url: "broker" }, "CONCHE_BROKER_URL_INVALID"],
    ["another protocol", { url: "http://broker" }, "CONCHE_BROKER_URL_INVALID"],
    ["a broken escape", { url: "mqtt://%zz@broker" }, "CONCHE_BROKER_URL_INVALID"],
    ["a certificate without TLS", { cert: "x", key: "y" }, "CONCHE_CONFIG_INVALID"],
    ["a password without a user", { password: "x" }, "CONCHE_CONFIG_INVALID"],
  ] as const) {
    it(`refuses ${name}`, async () => {
      await assert.rejects(connectMachine(options({ port: 1 }, more)), { code });
    });
  }
});

describe("MachineClient", () => {
  it("publishes with the policy's QoS and retain, content type and schema", async () => {
    await using broker = await ScriptedBroker.listen();
    const { client, connection } = await connected(broker);
    const state = client.publish({ ...WILL, payload: "{}" });
    const telemetry = client.publish(TELEMETRY);
    const first = await connection.expect("publish");
    assert.deepEqual([first.topic, first.qos, first.retain], [WILL.topic, 1, true]);
    assert.equal(first.properties?.contentType, "application/json");
    assert.equal(first.properties?.userProperties?.schema, "state/2");
    const second = await connection.expect("publish");
    assert.deepEqual([second.topic, second.qos, second.retain], [TELEMETRY.topic, 0, false]);
    assert.deepEqual(await telemetry, { kind: "sent" });
    connection.send({ cmd: "puback", messageId: first.messageId ?? 0, reasonCode: 0 });
    assert.deepEqual(await state, { kind: "sent" });
    await client.close();
  });

  it("tells a refusal and a message without subscribers from success", async () => {
    await using broker = await ScriptedBroker.listen();
    const { client, connection } = await connected(broker);
    const nobody = client.publish(ALARM);
    await take(connection, 16);
    assert.deepEqual(await nobody, { kind: "no-subscriber" });
    const refused = client.publish(ALARM);
    await take(connection, 0x87);
    const outcome = await refused;
    assert(outcome.kind === "refused");
    assert.equal(outcome.error.code, "CONCHE_BROKER_REFUSED");
    assert.match(outcome.error.message, /alarm: 0x87 not authorized/);
    await client.close();
  });

  it("sends in order, with no more in flight than the broker takes", async () => {
    await using broker = await ScriptedBroker.listen();
    const connecting = connectMachine(options(broker));
    const connection = await broker.connection();
    await connection.acceptConnect({ properties: { receiveMaximum: 3 } });
    const client = await connecting;
    const sent = Array.from({ length: 20 }, (_, index) =>
      client.publish({ ...ALARM, payload: String(index) }),
    );
    const seen: string[] = [];
    const unanswered: number[] = [];
    while (seen.length < 20) {
      const packet = await connection.expect("publish");
      seen.push(String(packet.payload));
      unanswered.push(packet.messageId ?? 0);
      assert(unanswered.length + connection.unread.length <= 3);
      if (unanswered.length === 3 || seen.length === 20) {
        for (const messageId of unanswered.splice(0))
          connection.send({ cmd: "puback", messageId, reasonCode: 0 });
      }
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 20 }, (_, index) => String(index)),
    );
    for (const outcome of await Promise.all(sent)) assert.equal(outcome.kind, "sent");
    await client.close();
  });

  it("sends again, in order, what the broken connection took with it, and what came meanwhile", async () => {
    await using broker = await ScriptedBroker.listen();
    const troubles = new Arrivals<ConcheError>();
    const { client, connection } = await connected(broker, { onTrouble: (error) => troubles.add(error) });
    const outcomes = [client.publish({ ...ALARM, payload: "1" }), client.publish({ ...ALARM, payload: "2" })];
    await take(connection);
    await connection.expect("publish");
    assert.deepEqual(await outcomes[0], { kind: "sent" });
    connection.socket.destroy();
    assert.equal((await troubles.next()).code, "CONCHE_BROKER_UNREACHABLE");
    outcomes.push(client.publish({ ...ALARM, payload: "3" }), client.publish({ ...TELEMETRY, payload: "4" }));
    const next = await broker.connection();
    await next.acceptConnect();
    assert.deepEqual([await take(next), await take(next), await take(next)], ["2", "3", "4"]);
    for (const outcome of await Promise.all(outcomes)) assert.deepEqual(outcome, { kind: "sent" });
    await client.close();
  });

  it("ignores what an old connection's packet identifiers would mean on a new one", async () => {
    await using broker = await ScriptedBroker.listen();
    const { client, connection } = await connected(broker);
    const first = client.publish({ ...ALARM, payload: "1" });
    await connection.expect("publish");
    connection.socket.destroy();
    const next = await broker.connection();
    await next.acceptConnect();
    next.send({ cmd: "puback", messageId: 40_000, reasonCode: 0 });
    assert.equal(await take(next), "1");
    assert.deepEqual(await first, { kind: "sent" });
    await client.close();
  });

  it("keeps trying after a refusal once it has been connected, and says why", async () => {
    await using broker = await ScriptedBroker.listen();
    const troubles = new Arrivals<ConcheError>();
    const { client, connection } = await connected(broker, { onTrouble: (error) => troubles.add(error) });
    connection.send({ cmd: "disconnect", reasonCode: 0x98, properties: { reasonString: "maintenance" } });
    connection.socket.end();
    assert.match((await troubles.next()).message, /0x98 administrative action: maintenance/);
    await (await broker.connection()).acceptConnect({ reasonCode: 0x87 });
    assert.equal((await troubles.next()).code, "CONCHE_BROKER_REFUSED");
    const next = await broker.connection();
    await next.acceptConnect();
    const outcome = client.publish(ALARM);
    await take(next);
    assert.deepEqual(await outcome, { kind: "sent" });
    await client.close();
  });

  it("has a bounded queue, and refuses what the broker would drop the connection over", async () => {
    await using broker = await ScriptedBroker.listen();
    const connecting = connectMachine(options(broker, { maxQueued: 2 }));
    const connection = await broker.connection();
    await connection.acceptConnect({ properties: { receiveMaximum: 1, maximumPacketSize: 1_000 } });
    const client = await connecting;
    const outcomes = ["1", "2", "3"].map((payload) => client.publish({ ...ALARM, payload }));
    const overflow = await client.publish(ALARM);
    assert(overflow.kind === "refused");
    assert.equal(overflow.error.code, "CONCHE_PUBLISH_LIMIT");
    for (const payload of ["1", "2", "3"]) assert.equal(await take(connection), payload);
    for (const outcome of await Promise.all(outcomes)) assert.equal(outcome.kind, "sent");

    for (const bad of [
      { ...ALARM, payload: "x".repeat(1_000) },
      { ...ALARM, topic: "factory/+/x" },
      { ...ALARM, topic: "" },
      { ...ALARM, topic: "x".repeat(65_536) },
    ]) {
      const outcome = await client.publish(bad);
      assert(outcome.kind === "refused");
      assert.equal(outcome.error.code, "CONCHE_BROKER_REFUSED");
    }
    await client.close();
  });

  it("sends a long queue of QoS 0 in one go", async () => {
    await using broker = await ScriptedBroker.listen();
    const troubles = new Arrivals<ConcheError>();
    const onTrouble = (error: ConcheError) => troubles.add(error);
    const { client, connection } = await connected(broker, { maxQueued: 20_000, onTrouble });
    connection.socket.destroy();
    await troubles.next();
    const outcomes = Array.from({ length: 10_000 }, () => client.publish(TELEMETRY));
    const next = await broker.connection();
    await next.acceptConnect();
    for (let index = 0; index < 10_000; index++) await next.expect("publish");
    for (const outcome of await Promise.all(outcomes)) assert.equal(outcome.kind, "sent");
    await client.close();
  });

  it("closes in order: waits for answers, says DISCONNECT, publishes nothing by itself", async () => {
    await using broker = await ScriptedBroker.listen();
    const { client, connection } = await connected(broker, { will: WILL });
    const last = client.publish(ALARM);
    const closed = client.close();
    await take(connection);
    assert.deepEqual(await last, { kind: "sent" });
    await connection.expect("disconnect");
    await closed;
    const late = await client.publish(ALARM);
    assert(late.kind === "refused");
    assert.equal(late.error.code, "CONCHE_SHUTTING_DOWN");
    assert.deepEqual(connection.unread, []);
  });

  it("closes although the broker answers nothing, or isn't there", async () => {
    await using broker = await ScriptedBroker.listen();
    const { client, connection } = await connected(broker, { closeTimeoutMs: 20 });
    const unanswered = client.publish(ALARM);
    await connection.expect("publish");
    connection.socket.pause();
    await client.close();
    const outcome = await unanswered;
    assert(outcome.kind === "refused");
    assert.equal(outcome.error.code, "CONCHE_SHUTTING_DOWN");

    const second = await connected(broker, { retry: { firstMs: 1e6, longestMs: 1e6 }, random: () => 1 });
    second.connection.socket.destroy();
    await second.connection.closed;
    const queued = second.client.publish(ALARM);
    await second.client.close();
    assert.equal((await queued).kind, "refused");
  });
});
