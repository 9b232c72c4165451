import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { edgeLinks } from "../../../src/adapters/mqtt/edge-link.ts";
import type { EdgeLinkOptions } from "../../../src/adapters/mqtt/machine-client-options.ts";
import type {
  LinkLimits,
  LinkMessage,
  LinkOwner,
  LinkRequest,
  PublishAnswer,
} from "../../../src/edge/broker-link.ts";
import type { ConcheError } from "../../../src/errors/conche-error.ts";
import { freePort } from "../../servers/mosquitto.ts";
import { Arrivals, ScriptedBroker } from "../../servers/scripted-broker.ts";

const MACHINE = "tunis-01/line-a/s5_tempering/temper-01";
const RECEIPT = `datacenter/${MACHINE}/receipt`;
const WILL: LinkMessage = {
  topic: `factory/${MACHINE}/state`,
  payload: '{"state":"OFFLINE"}',
  qos: 1,
  retain: true,
  contentType: "application/json",
  userProperties: { schema: "state/2" },
};
const ALARM: LinkMessage = {
  topic: `factory/${MACHINE}/alarm`,
  payload: '{"code":"T1"}',
  qos: 1,
  retain: false,
  contentType: "application/json",
  userProperties: { schema: "alarm/2", refill: "1", line: ["a", "b"] },
};

/** Hears everything a link says, to be waited for. */
class Owner implements LinkOwner {
  readonly ups = new Arrivals<LinkLimits>();
  readonly downs = new Arrivals<ConcheError>();
  readonly unsubscriptions = new Arrivals<ConcheError>();
  readonly messages = new Arrivals<[topic: string, payload: string]>();
  readonly reliefs = new Arrivals<void>();
  readonly answers = new Arrivals<PublishAnswer>();

  up(limits: LinkLimits): void {
    this.ups.add(limits);
  }

  down(error: ConcheError): void {
    this.downs.add(error);
  }

  unsubscribed(error: ConcheError): void {
    this.unsubscriptions.add(error);
  }

  received(topic: string, payload: Uint8Array): void {
    this.messages.add([topic, String(payload)]);
  }

  relieved(): void {
    this.reliefs.add();
  }
}

function openLink(
  { port }: { readonly port: number },
  { request = {}, options = {} }: { request?: Partial<LinkRequest>; options?: Partial<EdgeLinkOptions> } = {},
) {
  const owner = new Owner();
  const open = edgeLinks({ url: `mqtt://127.0.0.1:${port}`, ...options });
  const link = open(
    { clientId: "temper", credentials: {}, will: undefined, filters: [RECEIPT], ...request },
    owner,
  );
  return { link, owner };
}

/** A link whose broker has accepted it, with the limits given. */
async function connected(broker: ScriptedBroker, properties: object = {}) {
  const { link, owner } = openLink(broker);
  const connection = await broker.connection();
  await connection.acceptSubscriber({ properties });
  const limits = await owner.ups.next();
  const publish = (message: LinkMessage) => link.publish(message, (answer) => owner.answers.add(answer));
  return { link, owner, connection, limits, publish };
}

describe("edgeLinks", () => {
  it("connects with a clean session, will and credentials, and is up when it hears receipts", async () => {
    await using broker = await ScriptedBroker.listen();
    const { link, owner } = openLink(broker, {
      request: { will: WILL, credentials: { username: "temper", password: "secret", cert: undefined } },
      options: { username: "everybody", password: "else" },
    });
    const connection = await broker.connection();
    const connect = await connection.acceptConnect({
      properties: { receiveMaximum: 20, maximumPacketSize: 2_000 },
    });
    assert.deepEqual([connect.protocolVersion, connect.clean, connect.clientId], [5, true, "temper"]);
    assert.deepEqual([connect.username, String(connect.password)], ["temper", "secret"]);
    assert.deepEqual([connect.will?.topic, String(connect.will?.payload)], [WILL.topic, WILL.payload]);
    assert.deepEqual([connect.will?.qos, connect.will?.retain], [1, true]);
    assert.equal(connect.will?.properties?.userProperties?.schema, "state/2");
    const subscribe = await connection.acceptSubscribe();
    assert.deepEqual(
      subscribe.subscriptions.map(({ topic, qos, rh }) => [topic, qos, rh]),
      [[RECEIPT, 1, 0]],
      "the retained receipt is wanted at every connect",
    );
    assert.deepEqual(await owner.ups.next(), { receiveMaximum: 20, maximumPacketBytes: 2_000, retain: true });
    connection.publish(7, RECEIPT, '{"through":3}');
    assert.deepEqual(await owner.messages.next(), [RECEIPT, '{"through":3}']);
    assert.equal((await connection.expect("puback")).messageId, 7);
    await link.close();
  });

  it("publishes with properties and tells the broker's answers apart", async () => {
    await using broker = await ScriptedBroker.listen();
    const { link, owner, connection, publish } = await connected(broker);
    for (const reasonCode of [0, 16, 0x87]) {
      assert.equal(publish(ALARM), true);
      const packet = await connection.expect("publish");
      assert.deepEqual([packet.topic, String(packet.payload), packet.qos], [ALARM.topic, ALARM.payload, 1]);
      assert.equal(packet.properties?.contentType, "application/json");
      assert.deepEqual({ ...packet.properties?.userProperties }, ALARM.userProperties);
      connection.send({ cmd: "puback", messageId: packet.messageId ?? 0, reasonCode });
    }
    assert.deepEqual(await owner.answers.next(), { kind: "taken" });
    assert.deepEqual(await owner.answers.next(), { kind: "no-subscriber" });
    const refused = await owner.answers.next();
    assert.equal(refused.kind === "refused" && refused.error.code, "CONCHE_BROKER_REFUSED");
    assert.match(refused.kind === "refused" ? refused.error.message : "", /0x87/);
    publish({ ...ALARM, qos: 0, payload: Buffer.from([0, 255]) });
    assert.deepEqual([...((await connection.expect("publish")).payload as Buffer)], [0, 255]);
    await link.close();
  });

  it("is up without receipts too, and says what the broker doesn't let it hear", async () => {
    await using broker = await ScriptedBroker.listen();
    const { link, owner } = openLink(broker, { request: { filters: [RECEIPT, "datacenter/x/command"] } });
    const connection = await broker.connection();
    await connection.acceptConnect();
    await connection.acceptSubscribe([0x87, 1]);
    const error = await owner.unsubscriptions.next();
    assert.equal(error.code, "CONCHE_BROKER_REFUSED");
    assert.match(error.message, new RegExp(`${RECEIPT}$`));
    await owner.ups.next();
    link.subscribe(["datacenter/y/receipt"]);
    await connection.acceptSubscribe([0x87]);
    assert.match((await owner.unsubscriptions.next()).message, /datacenter\/y\/receipt/);
    await link.close();
  });

  it("sends nothing that the broker doesn't take: size, retain", async () => {
    await using broker = await ScriptedBroker.listen();
    const { link, owner, connection, publish } = await connected(broker, {
      maximumPacketSize: 300,
      retainAvailable: false,
    });
    assert.equal(publish({ ...ALARM, payload: "x".repeat(300) }), true);
    const refused = await owner.answers.next();
    assert.equal(refused.kind === "refused" && refused.error.code, "CONCHE_BROKER_REFUSED");
    publish({ ...ALARM, retain: true });
    const packet = await connection.expect("publish");
    assert.deepEqual([String(packet.payload), packet.retain], [ALARM.payload, false]);
    await link.close();
  });

  it("doesn't use a broker without QoS 1", async () => {
    await using broker = await ScriptedBroker.listen();
    const { owner } = openLink(broker);
    await (await broker.connection()).acceptConnect({ properties: { maximumQoS: 0 } });
    assert.equal((await owner.downs.next()).code, "CONCHE_QOS_DOWNGRADED");
  });

  it("ends once when the broker hangs up, refuses, keeps silent or isn't there, and says nothing after it", async () => {
    await using broker = await ScriptedBroker.listen();
    const { owner, connection, publish } = await connected(broker);
    publish(ALARM);
    await connection.expect("publish");
    connection.send({ cmd: "disconnect", reasonCode: 0x8b });
    connection.socket.end();
    assert.match((await owner.downs.next()).message, /0x8b/);
    assert.equal(publish(ALARM), false);
    const second = openLink(broker);
    const refusing = await broker.connection();
    await refusing.acceptConnect({ reasonCode: 0x87 });
    assert.equal((await second.owner.downs.next()).code, "CONCHE_BROKER_REFUSED");
    const third = openLink(broker, { options: { connectTimeoutMs: 3_000 } });
    await (await broker.connection()).acceptConnect(); // and no SUBACK
    assert.match((await third.owner.downs.next()).message, /subscription/);
    const nobody = openLink({ port: await freePort() });
    assert.equal((await nobody.owner.downs.next()).code, "CONCHE_BROKER_UNREACHABLE");
    for (const each of [owner, second.owner, third.owner, nobody.owner]) {
      assert.deepEqual([each.downs.unread, each.answers.unread], [[], []]);
    }
  });

  it("disconnects at once when it is closed, whatever has no answer yet, and reports no end", async () => {
    await using broker = await ScriptedBroker.listen();
    const { link, owner, connection, publish } = await connected(broker);
    publish(ALARM);
    await connection.expect("publish");
    const closing = link.close();
    await connection.expect("disconnect");
    connection.socket.end();
    await closing;
    assert.deepEqual([owner.downs.unread, owner.answers.unread], [[], []]);
  });

  it("takes nothing while the socket is full, and says when there is room", async () => {
    await using broker = await ScriptedBroker.listen();
    const { link, owner, connection, publish } = await connected(broker);
    connection.socket.pause();
    const large = { ...ALARM, qos: 0 as const, payload: "x".repeat(100_000) };
    let taken = 0;
    while (publish(large)) {
      taken++;
      assert.ok(taken < 1_000, "100 MB in memory");
      await new Promise((resolve) => setImmediate(resolve));
    }
    connection.socket.resume();
    await owner.reliefs.next();
    assert.equal(publish(ALARM), true);
    for (let count = 0; count < taken; count++) await connection.expect("publish");
    await connection.expect("publish");
    await link.close();
  });

  it("refuses an address that is none before anything is tried", () => {
    assert.throws(() => edgeLinks({ url: "http://localhost" }), { code: "CONCHE_BROKER_URL_INVALID" });
    assert.throws(() => edgeLinks({ url: "mqtt://localhost", ca: "x" }), { code: "CONCHE_CONFIG_INVALID" });
  });
});
