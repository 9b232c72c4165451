import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { certificateFiles, openEdge } from "../../../src/index.ts";
import type { CertificateFolder } from "../../../src/run/certificates/certificate-folder.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { startConche } from "../../servers/conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { ready, select, temporaryFolder, until } from "./data-center.ts";
import {
  answerTo,
  MACHINE,
  OTHER,
  pemsOf,
  plantCertificates,
  secureMosquitto,
  tlsClient,
} from "./plant-certificates.ts";

const ROTATIONS = 5;
const MESSAGES_EACH = 40;

test("row 40: certificates of server and machine rotated under load: lost 0, refused 0", async (t) => {
  const folder = await plantCertificates(t);
  const cwd = await temporaryFolder(t);
  const server = filesOf(folder, "server/broker");
  const center = await startConche([
    ...["datacenter", "--data", join(cwd, "data"), "--mqtt-port", "0", "--http-port", "0", "--views", "off"],
    ...["--mqtt-cert", server.cert, "--mqtt-key", server.key, "--mqtt-client-ca", server.ca],
    ...["--mqtt-crl", folder.layout.identity("server/broker", "crl.pem")],
  ]);
  afterwards(t, () => center.stop("SIGKILL"));
  const url = String(center.started.mqtt);
  assert.match(url, /^mqtts:/);
  const port = Number(new URL(url).port);
  const edge = await openEdge({
    url,
    outbox: join(cwd, "outbox"),
    tls: certificateFiles(filesOf(folder, MACHINE)),
  });
  afterwards(t, () => edge.close());
  const machine = await edge.machine(MACHINE);

  for (let round = 0; round < ROTATIONS; round++) {
    const renewed = center.events.length;
    await folder.issue("server/broker", ["localhost", "127.0.0.1"], Date.now());
    await folder.issue(MACHINE, [], Date.now());
    for (let n = 0; n < MESSAGES_EACH; n++) {
      await machine.publish("quality", weighed(n));
      // Somebody always connects just now, with the newest and with the one before.
      if (n % 10 === 0) assert.equal(await answerTo(port, await pemsOf(folder, OTHER), "conche"), 0);
    }
    await center.event((event) => isRenewal(event) && center.events.indexOf(event) >= renewed);
    assert.equal(await answerTo(port, await pemsOf(folder, MACHINE), "temper-newest"), 0);
  }
  // The machine's old certificates end, its connection is cut, and it comes back with the newest by itself.
  const old = folder.issued.filter(({ name }) => name === MACHINE).slice(0, -1);
  await folder.revokeCertificates(old, "superseded", Date.now());
  await center.event((event) => JSON.stringify(event).includes("was disconnected"));
  await machine.publish("state", { ts: new Date().toISOString(), state: "Execute" } as never);
  await edge.drained();

  assert.deepEqual(edge.status().waiting.durable.messages, 0);
  const refused = center.events.filter((event) => JSON.stringify(event).includes("was refused"));
  assert.deepEqual(refused, []);
  assert.equal(await center.stop("SIGTERM"), 0);
});

test("row 40: behind Mosquitto, its certificate, the machine's and the data center's rotated under load: lost 0, refused 0", {
  skip: NO_MOSQUITTO,
}, async (t) => {
  const folder = await plantCertificates(t);
  const cwd = await temporaryFolder(t);
  await folder.issue("datacenter/main", [], Date.now());
  const broker = await secureMosquitto(t, folder, {
    global: ["persistence true", "persistence_location FOLDER/"],
  });
  const url = `mqtts://localhost:${broker.port}`;
  const own = filesOf(folder, "datacenter/main");
  const data = join(cwd, "data");
  const center = await startConche([
    ...["datacenter", "--data", data, "--broker", url, "--http-port", "0", "--views", "off"],
    ...["--ca", own.ca, "--cert", own.cert, "--key", own.key],
  ]);
  afterwards(t, () => center.stop("SIGKILL"));
  await ready(center);
  const edge = await openEdge({
    url,
    outbox: join(cwd, "outbox"),
    tls: certificateFiles(filesOf(folder, MACHINE)),
  });
  afterwards(t, () => edge.close());
  const machine = await edge.machine(MACHINE);

  for (let round = 0; round < ROTATIONS; round++) {
    const before = (await served(folder, broker.port)) ?? "";
    const names = [["server/broker", ["localhost", "127.0.0.1"]], [MACHINE], ["datacenter/main"]] as const;
    for (const [name, hosts = []] of names) await folder.issue(name, [...hosts], Date.now());
    broker.reload();
    for (let n = 0; n < MESSAGES_EACH; n++) {
      await machine.publish("quality", weighed(n));
      // Somebody always connects just now.
      if (n % 10 === 0) assert.equal(await answerTo(broker.port, await pemsOf(folder, OTHER)), 0);
    }
    // The new certificate is in use without a restart: who connects finds it.
    await until(async () => (await served(folder, broker.port)) !== before);
  }
  // The old ones end; the restart that it takes to cut what stands loses nothing, and both come back with the newest.
  const newest = new Map(folder.issued.map((one) => [one.name, one]));
  const old = folder.issued.filter((one) => one.name !== OTHER && newest.get(one.name) !== one);
  await folder.revokeCertificates(old, "superseded", Date.now());
  await broker.stop();
  await machine.publish("state", { ts: new Date().toISOString(), state: "Execute" } as never);
  await broker.start();
  await edge.drained();

  assert.equal(edge.status().waiting.durable.messages, 0);
  const [stored] = select(data, "SELECT count(*) AS count FROM mqtt_messages WHERE topic LIKE '%/quality'");
  assert.equal(stored?.count, ROTATIONS * MESSAGES_EACH);
  assert.deepEqual(
    broker.log.filter((line) => /certificate verify failed|not authorised|ssl.*alert/i.test(line)),
    [],
  );
  assert.equal(await center.stop("SIGTERM"), 0);
});

/** The number of the certificate that the broker shows to who connects now. */
async function served(folder: CertificateFolder, port: number): Promise<string | undefined> {
  const { client, socket } = tlsClient(port, await pemsOf(folder, OTHER));
  client.connect("who");
  await client.expect("connack");
  const { serialNumber } = socket.getPeerCertificate();
  client.cut();
  return serialNumber;
}

function filesOf(folder: CertificateFolder, name: string) {
  const place = folder.layout.identity(name);
  return { ca: join(place, "ca.pem"), cert: join(place, "cert.pem"), key: join(place, "key.pem") };
}

function weighed(n: number) {
  return {
    ts: new Date().toISOString(),
    product_type: "dark",
    batch_id: "B20260111-DA-0042",
    results: [{ characteristic: "weight_g", value: 100 + n / 100, unit: "g", pass: true }],
  } as never;
}

function isRenewal(event: object): boolean {
  return "code" in event && event.code === "certificates-renewed";
}
