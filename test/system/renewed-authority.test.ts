import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { certificateFiles, openEdge } from "../../src/index.ts";
import type { CertificateFolder } from "../../src/run/certificates/certificate-folder.ts";
import { runConche } from "../commands/run-conche.ts";
import { afterwards } from "../servers/afterwards.ts";
import { portOf, type RunningConche, startConche } from "../servers/conche.ts";
import { dataCenter, select, temporaryFolder, until } from "./fault-matrix/data-center.ts";
import { answerTo, MACHINE, pemsOf, plantCertificates } from "./fault-matrix/plant-certificates.ts";

const GATEWAY = "gateway/hall-a";
const BATCH = "B20260111-DA-0042";

function listener(folder: CertificateFolder, name: string): string[] {
  const file = (each: "cert.pem" | "key.pem" | "ca.pem" | "crl.pem") => folder.layout.identity(name, each);
  return [
    ...["--mqtt-cert", file("cert.pem"), "--mqtt-key", file("key.pem")],
    ...["--mqtt-client-ca", file("ca.pem"), "--mqtt-crl", file("crl.pem")],
  ];
}

/** A data center, an edge below it and a machine below that, each with a certificate of the folder. */
async function running(t: TestContext, folder: CertificateFolder) {
  const data = await temporaryFolder(t);
  const cwd = await temporaryFolder(t);
  const center = await dataCenter(t, {
    data,
    words: [...listener(folder, "server/broker"), "--views", "off"],
  });
  const gateway = (file: "cert.pem" | "key.pem" | "ca.pem") => folder.layout.identity(GATEWAY, file);
  const edge = await startConche([
    ...["edge", "--outbox", join(cwd, "edge"), "--mqtt-port", "0", "--http-port", "0"],
    ...listener(folder, "server/hall-a"),
    ...["--cloud", `mqtts://localhost:${portOf(center.started.mqtt)}`, "--cloud-ca", gateway("ca.pem")],
    ...["--cloud-cert", gateway("cert.pem"), "--cloud-key", gateway("key.pem")],
  ]);
  afterwards(t, () => edge.stop("SIGKILL"));
  const own = (file: "cert.pem" | "key.pem" | "ca.pem") => folder.layout.identity(MACHINE, file);
  const line = await openEdge({
    url: `mqtts://localhost:${portOf(edge.started.mqtt)}`,
    outbox: join(cwd, "machine"),
    tls: certificateFiles({ ca: own("ca.pem"), cert: own("cert.pem"), key: own("key.pem") }),
  });
  afterwards(t, () => line.close());
  return { data, center, edge, line, machine: await line.machine(MACHINE) };
}

test("data center, edge and machine go over to a renewed issuing authority while they run: lost 0", async (t) => {
  const first = await plantCertificates(t);
  await first.issue(GATEWAY, [], Date.now());
  await first.issue("server/hall-a", ["localhost", "127.0.0.1"], Date.now());
  await first.renewList(Date.now());
  const certificates = first.layout.folder;
  const old = await pemsOf(first, MACHINE);
  const { data, center, edge, line, machine } = await running(t, first);
  const port = portOf(center.started.mqtt);
  let said = 0;
  const speak = async (messages: number) => {
    for (let n = 0; n < messages; n++) {
      const results = [{ characteristic: "weight_g", value: 100 + said++ / 100, unit: "g", pass: true }];
      const ts = new Date().toISOString();
      await machine.publish("quality", { ts, product_type: "dark", batch_id: BATCH, results } as never);
    }
  };
  const provision = async (...words: string[]) => {
    const { code, out, err } = await runConche(["provision", ...words, "--certificates", certificates]);
    assert.equal(code, 0, err);
    await speak(20);
    return out;
  };
  /** Both brokers have what is in the folder by now. */
  const taken = (from: readonly number[]) =>
    Promise.all(
      [center, edge].map((each, index) =>
        each.event((event) => isRenewal(event) && each.events.indexOf(event) >= (from[index] ?? 0)),
      ),
    );
  const mark = () => [center.events.length, edge.events.length];

  await speak(20);
  let before = mark();
  assert.match(await provision("renew-authority"), /5 certificates are of the one before/);
  await taken(before);
  // Of the old one, as ever; nobody is cut.
  assert.equal(await answerTo(port, old, "still-good"), 0);
  before = mark();
  await provision("rotate", "--old-authority");
  await taken(before);
  const own = await pemsOf(first, MACHINE);
  assert.equal(await answerTo(port, own, "of-the-new"), 0);
  before = mark();
  assert.match(await provision("retire-authority"), /Retired/);
  await taken(before);
  assert.equal(await answerTo(port, old, "no-more"), "nothing");
  assert.equal(await answerTo(port, own, "of-the-new"), 0);

  await speak(20);
  await line.drained();
  const stored = () =>
    Number(select(data, "SELECT count(*) AS n FROM mqtt_messages WHERE topic LIKE '%/quality'")[0]?.n);
  await until(() => stored() >= said);
  assert.equal(stored(), said);
  const verified = await runConche(["verify", "--data", data]);
  assert.equal(verified.code, 0, verified.out + verified.err);
  for (const each of [edge, center] satisfies RunningConche[]) assert.equal(await each.stop("SIGTERM"), 0);
});

function isRenewal(event: object): boolean {
  return "code" in event && event.code === "certificates-renewed";
}
