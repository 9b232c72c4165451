import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import mqtt from "mqtt";
import { type Edge, type EdgeEvent, openEdge, signDown, signingKey } from "../../../src/index.ts";
import { runConche } from "../../commands/run-conche.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { startConche } from "../../servers/conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { dataCenter, endInOrder, mosquitto, temporaryFolder, until } from "./data-center.ts";

const MACHINE = "tunis-01/line-a/s5_tempering/temper-01";
const NEIGHBOUR = "tunis-01/line-a/s5_tempering/temper-02";
const RECEIPT = `datacenter/${MACHINE}/receipt`;
const COMMAND = `datacenter/${MACHINE}/command`;
const ALARM = { alarm_id: "temp-high", event: "acknowledged", by: "a.trabelsi" } as const;

/** A broker that lets everybody do everything, a publisher on it, and somebody who is nobody. */
async function onForeignBroker(context: TestContext, trustedKeys: string | undefined) {
  const broker = await mosquitto(context, { global: ["allow_anonymous true"] });
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const outbox = join(await temporaryFolder(context), "outbox");
  const edge = await openEdge({ url, outbox, trustedKeys });
  afterwards(context, () => edge.close());
  const events: EdgeEvent[] = [];
  edge.onEvent((event) => events.push(event));
  const machine = await edge.machine(MACHINE);
  const stranger = await mqtt.connectAsync(url);
  afterwards(context, () => stranger.end(true));
  const heard: { topic: string; payload: string }[] = [];
  stranger.on("message", (topic, payload) => heard.push({ topic, payload: payload.toString() }));
  await stranger.subscribeAsync(["datacenter/#", "factory/#"], { qos: 1 });
  const say = async (times: number) => {
    for (let time = 0; time < times; time++)
      await machine.publish("alarm", { ...ALARM, ts: new Date().toISOString() });
  };
  const forge = (topic: string, payload: string, retain = true) =>
    stranger.publishAsync(topic, payload, { qos: 1, retain });
  const told = (kind: EdgeEvent["kind"]) => events.filter((event) => event.kind === kind).length;
  return { broker, edge, machine, heard, say, forge, told };
}

const waiting = (edge: Edge) => edge.status().waiting.durable.messages;

function forged(boot: string, through: number): string {
  return JSON.stringify({ boot, through, missing: [], quarantined: [], at: "2026-01-11T10:00:00Z" });
}

async function bootOf(heard: readonly { topic: string; payload: string }[]): Promise<string> {
  await until(() => heard.some(({ topic }) => topic.startsWith("factory/")));
  const first = heard.find(({ topic }) => topic.startsWith("factory/"));
  return JSON.parse(String(first?.payload)).boot;
}

suite("row 50, forged and replayed receipts over a foreign broker", { skip: NO_MOSQUITTO }, () => {
  test("with keys: nothing but what the data center has signed is believed, and each command once", async (context) => {
    const folder = await temporaryFolder(context);
    const made = await runConche(["provision"], { cwd: folder });
    assert.equal(made.code, 0, made.err);
    const at = (path: string) => join(folder, "certificates", path);
    const own = at("datacenter/main/signing-key.pem");
    const trusted = at("trusted-keys.pem");
    const { broker, edge, machine, heard, say, forge, told } = await onForeignBroker(context, trusted);
    await say(5);
    const boot = await bootOf(heard);
    await until(() => waiting(edge) === 5);

    const strange = join(folder, "strange.pem");
    const { privateKey } = generateKeyPairSync("ed25519");
    await writeFile(strange, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    await forge(RECEIPT, forged(boot, 5));
    await forge(RECEIPT, signDown(RECEIPT, forged(boot, 5), signingKey(strange)));
    // A true signature, of a receipt for another machine.
    const neighbours = `datacenter/${NEIGHBOUR}/receipt`;
    await forge(RECEIPT, signDown(neighbours, forged(boot, 5), signingKey(own)));
    await until(() => told("distrusted") === 3);
    assert.equal(waiting(edge), 5);
    assert.equal(told("receipts-unverified"), 0);
    assert.equal(
      edge.status().connections.reduce((sum, { distrusted }) => sum + distrusted, 0),
      3,
    );

    const commands: string[] = [];
    machine.onCommand(({ command_id }) => commands.push(command_id));
    const order = (id: string) =>
      JSON.stringify({
        ...{ command_id: id, command: "hold", at: new Date().toISOString(), by: "a.trabelsi" },
        expires_at: new Date(Date.now() + 600_000).toISOString(),
      });
    const signed = signDown(COMMAND, order("true"), signingKey(own));
    await forge(COMMAND, order("forged"), false);
    await forge(COMMAND, signed, false);
    await forge(COMMAND, signed, false);
    await until(() => told("distrusted") === 5);
    assert.deepEqual(commands, ["true"]);

    const data = await temporaryFolder(context);
    const words = ["--signing-key", own];
    const center = await dataCenter(context, { data, brokerPort: broker.port, words });
    await edge.drained();
    assert.equal(edge.status().receipted, 5);
    const genuine = heard
      .filter(({ topic, payload }) => topic === RECEIPT && payload.includes('"sig"'))
      .at(-1);
    await endInOrder(center);
    // What was true once says nothing of what came later.
    await say(3);
    await forge(RECEIPT, String(genuine?.payload));
    await forge(RECEIPT, forged(boot, 8));
    await until(() => told("distrusted") === 6);
    assert.equal(waiting(edge), 3);
  });

  test("without keys: it is said, by the library and by an edge, and anybody is believed", async (context) => {
    const { broker, edge, heard, say, forge, told } = await onForeignBroker(context, undefined);
    await say(5);
    const boot = await bootOf(heard);
    await until(() => told("receipts-unverified") === 1);
    await forge(RECEIPT, forged(boot, 5));
    await until(() => waiting(edge) === 0);
    assert.equal(edge.status().verifiesReceipts, false);

    const url = `mqtt://127.0.0.1:${broker.port}`;
    const outbox = join(await temporaryFolder(context), "outbox");
    const gateway = await startConche([
      ...["edge", "--cloud", url, "--outbox", outbox, "--mqtt-port", "0", "--http-port", "0"],
    ]);
    afterwards(context, () => gateway.stop("SIGKILL"));
    await gateway.event(
      ({ event, text }) => event === "notice" && /receipts are not verified/.test(String(text)),
    );
    const { text } = await gateway.page("/metrics");
    assert.match(text, /^conche_forward_verifies_receipts 0$/m);
  });
});
