import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { CertificateFolder } from "../../src/run/certificates/certificate-folder.ts";
import type { RawClient } from "../adapters/broker/raw-client.ts";
import { runConche } from "../commands/run-conche.ts";
import { afterwards } from "../servers/afterwards.ts";
import { portOf, type RunningConche, startConche } from "../servers/conche.ts";
import { NO_MOSQUITTO } from "../servers/mosquitto.ts";
import { dataCenter, mosquitto, select, temporaryFolder, until } from "./fault-matrix/data-center.ts";
import { MACHINE, OTHER, pemsOf, plantCertificates, tlsClient } from "./fault-matrix/plant-certificates.ts";

const GATEWAY = "gateway/hall-a";
/** The gateway's own voice, on the line that it speaks for. */
const VOICE = "tunis-01/line-a/s0_edge/hall-a";
const ALARM = `factory/${MACHINE}/alarm`;
const NOT_AUTHORIZED = 0x87;

const alarm = (code: string) =>
  JSON.stringify({
    ts: new Date().toISOString(),
    severity: "warning",
    code,
    message: "from behind the gateway",
    product_type: "dark",
    batch_id: "B20260111-DA-0042",
  });

/** A data center over mutual TLS and under rules, which knows the gateway by its certificate. */
async function above(t: TestContext) {
  const folder = await plantCertificates(t);
  await folder.issue(GATEWAY, [], Date.now());
  await folder.issue("server/hall-a", ["localhost", "127.0.0.1"], Date.now());
  await folder.renewList(Date.now());
  const data = await temporaryFolder(t);
  const accessFile = join(await temporaryFolder(t), "access.yaml");
  await writeFile(accessFile, `access: 1\ngateways:\n  hall-a: { for: [tunis-01/line-a, ${VOICE}] }\n`);
  const center = await dataCenter(t, {
    data,
    words: [...listener(folder, "server/broker"), "--access", "policy", "--access-file", accessFile],
  });
  const cloud = `mqtts://localhost:${portOf(center.started.mqtt)}`;
  return { folder, data, cloud: ["--cloud", cloud, ...client(folder, "cloud-")] };
}

function listener(folder: CertificateFolder, name: string): string[] {
  const file = (each: "cert.pem" | "key.pem" | "ca.pem" | "crl.pem") => folder.layout.identity(name, each);
  return [
    ...["--mqtt-cert", file("cert.pem"), "--mqtt-key", file("key.pem")],
    ...["--mqtt-client-ca", file("ca.pem"), "--mqtt-crl", file("crl.pem")],
  ];
}

function client(folder: CertificateFolder, prefix: string): string[] {
  const file = (each: "cert.pem" | "key.pem" | "ca.pem") => folder.layout.identity(GATEWAY, each);
  return [
    ...[`--${prefix}ca`, file("ca.pem"), `--${prefix}cert`, file("cert.pem")],
    ...[`--${prefix}key`, file("key.pem")],
  ];
}

async function connected(port: number, files: Awaited<ReturnType<typeof pemsOf>>): Promise<RawClient> {
  const { client: machine } = tlsClient(port, files);
  machine.connect("machine");
  assert.equal((await machine.expect("connack")).reasonCode, 0);
  return machine;
}

async function publishes(machine: RawClient, topic: string, payload: string): Promise<number> {
  machine.publish(topic, payload, 1, 1);
  return (await machine.expect("puback")).reasonCode ?? 0;
}

function alarmsOf(data: string): unknown[] {
  return select(data, "SELECT topic FROM mqtt_messages WHERE topic LIKE '%/alarm'").map(({ topic }) => topic);
}

async function forwarder(t: TestContext, words: readonly string[]): Promise<RunningConche> {
  const running = await startConche([...words, "--gateway", VOICE, "--http-port", "0"]);
  afterwards(t, () => running.stop("SIGKILL"));
  return running;
}

test("machines behind an edge with certificates and rules may what they may above: mutual TLS in, mutual TLS out", async (t) => {
  const { folder, data, cloud } = await above(t);
  const outbox = join(await temporaryFolder(t), "outbox");
  const edge = await forwarder(t, [
    ...["edge", "--outbox", outbox, "--mqtt-port", "0", "--access", "policy"],
    ...listener(folder, "server/hall-a"),
    ...cloud,
  ]);
  const port = portOf(edge.started.mqtt);
  const machine = await connected(port, await pemsOf(folder, MACHINE));
  assert.equal(await publishes(machine, ALARM, alarm("OWN")), 0);
  assert.equal(await publishes(machine, `factory/${OTHER}/alarm`, alarm("FORGED")), NOT_AUTHORIZED);
  assert.equal(await publishes(machine, `datacenter/${MACHINE}/receipt`, "{}"), NOT_AUTHORIZED);
  machine.subscribe(2, ["#", 1], [`factory/${OTHER}/#`, 1], [`datacenter/${MACHINE}/receipt`, 1]);
  assert.deepEqual((await machine.expect("suback")).granted, [NOT_AUTHORIZED, NOT_AUTHORIZED, 1]);
  await until(() => alarmsOf(data).length > 0);
  assert.deepEqual(alarmsOf(data), [ALARM]);

  // Revoked, it is cut here, too.
  await folder.revoke(MACHINE, "keyCompromise", Date.now());
  await machine.closed;
  const metrics = await edge.page("/metrics");
  assert.match(metrics.text, /^conche_audit_events_total\{kind="publish-refused"\} 2$/m);
  assert.equal(await edge.stop("SIGTERM"), 0);
  const audit = await runConche(["audit", "list", "--data", outbox, "--json"]);
  const entries = audit.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.ok(
    entries.some(
      ({ kind, subject, object }) =>
        kind === "publish-refused" && subject === MACHINE && object === `factory/${OTHER}/alarm`,
    ),
    audit.out,
  );
  assert.ok(entries.some(({ kind }) => kind === "policy-changed"));
  const revoked = folder.issued.find(({ name, revokedMs }) => name === MACHINE && revokedMs !== undefined);
  const revocations = entries.filter(({ kind }) => kind === "certificate-revoked");
  assert.deepEqual(
    revocations.map(({ subject, object }) => [subject, object]),
    [["Issuing authority", revoked?.serial]],
  );
});

test("a bridge between two brokers that both ask for certificates", { skip: NO_MOSQUITTO }, async (t) => {
  const { folder, data, cloud } = await above(t);
  const place = (file: "cert.pem" | "key.pem" | "ca.pem" | "crl.pem") =>
    folder.layout.identity("server/hall-a", file);
  const broker = await mosquitto(t, {
    listener: [
      `cafile ${place("ca.pem")}`,
      `certfile ${place("cert.pem")}`,
      `keyfile ${place("key.pem")}`,
      `crlfile ${place("crl.pem")}`,
      "require_certificate true",
      "use_identity_as_username true",
    ],
  });
  const bridge = await forwarder(t, [
    ...["bridge", "--outbox", join(await temporaryFolder(t), "outbox")],
    ...["--local", `mqtts://localhost:${broker.port}`, ...client(folder, "local-")],
    ...cloud,
  ]);
  await until(async () => (await bridge.page("/readyz")).status === 200);
  const machine = await connected(broker.port, await pemsOf(folder, MACHINE));
  assert.equal(await publishes(machine, ALARM, alarm("BEHIND-BRIDGE")), 0);
  await until(() => alarmsOf(data).length > 0);
  assert.deepEqual(alarmsOf(data), [ALARM]);
  assert.equal(await bridge.stop("SIGTERM"), 0);
});

test("an edge's rules need machines that say who they are: it doesn't start, and ends", async (t) => {
  const outbox = join(await temporaryFolder(t), "outbox");
  const words = ["edge", "--cloud", "mqtt://127.0.0.1:1", "--outbox", outbox, "--mqtt-port", "0"];
  const anonymous = await runConche([...words, "--http-port", "0", "--access", "policy"]);
  assert.equal(anonymous.code === 0, false);
  assert.match(anonymous.err, /CONCHE_ACCESS_ANONYMOUS/);
});
