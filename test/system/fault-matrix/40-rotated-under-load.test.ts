import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { certificateFiles, openEdge } from "../../../src/index.ts";
import { startConche } from "../../servers/conche.ts";
import { temporaryFolder } from "./data-center.ts";
import { answerTo, MACHINE, OTHER, pemsOf, plantCertificates } from "./plant-certificates.ts";

const ROTATIONS = 5;
const MESSAGES_EACH = 40;

test("row 40: certificates of server and machine rotated under load: lost 0, refused 0", async (t) => {
  const folder = await plantCertificates(t);
  const cwd = await temporaryFolder(t);
  const files = (name: string) => {
    const place = folder.layout.identity(name);
    return { ca: join(place, "ca.pem"), cert: join(place, "cert.pem"), key: join(place, "key.pem") };
  };
  const server = files("server/broker");
  const center = await startConche([
    ...["datacenter", "--data", join(cwd, "data"), "--mqtt-port", "0", "--http-port", "0", "--views", "off"],
    ...["--mqtt-cert", server.cert, "--mqtt-key", server.key, "--mqtt-client-ca", server.ca],
    ...["--mqtt-crl", folder.layout.identity("server/broker", "crl.pem")],
  ]);
  t.after(() => center.child.kill("SIGKILL"));
  const url = String(center.started.mqtt);
  assert.match(url, /^mqtts:/);
  const port = Number(new URL(url).port);
  const edge = await openEdge({ url, outbox: join(cwd, "outbox"), tls: certificateFiles(files(MACHINE)) });
  t.after(() => edge.close());
  const machine = await edge.machine(MACHINE);

  for (let round = 0; round < ROTATIONS; round++) {
    const renewed = center.events.length;
    await folder.issue("server/broker", ["localhost", "127.0.0.1"], Date.now());
    await folder.issue(MACHINE, [], Date.now());
    for (let n = 0; n < MESSAGES_EACH; n++) {
      await machine.publish("quality", {
        ts: new Date().toISOString(),
        product_type: "dark",
        batch_id: "B20260111-DA-0042",
        results: [{ characteristic: "weight_g", value: 100 + n / 100, unit: "g", pass: true }],
      } as never);
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

function isRenewal(event: object): boolean {
  return "code" in event && event.code === "certificates-renewed";
}
