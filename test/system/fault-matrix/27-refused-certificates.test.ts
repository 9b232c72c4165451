import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import {
  answerTo,
  DAY,
  MACHINE,
  OTHER,
  pemsOf,
  plantCertificates,
  secureBroker,
  secureMosquitto,
} from "./plant-certificates.ts";

test("row 27: who has no good certificate gets no CONNACK; who has one is who it says", async (t) => {
  const folder = await plantCertificates(t);
  const strangers = await plantCertificates(t);
  const { port, reported, events } = await secureBroker(t, folder);
  const good = await pemsOf(folder, MACHINE);

  assert.equal(await answerTo(port, good), 0);
  assert.equal((await reported("connected")).user, MACHINE);

  await folder.issue(OTHER, [], Date.now() - 800 * DAY);
  const expired = await pemsOf(folder, OTHER);
  const wrong = await pemsOf(strangers, MACHINE);
  const server = await pemsOf(folder, "server/broker");
  const cases = {
    expired,
    "wrong authority": { ...wrong, ca: good.ca },
    "no certificate": { ca: good.ca },
    "a server's": server,
    "TLS 1.2": { ...good, maxVersion: "TLSv1.2" },
    "TLS 1.1": { ...good, minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
  } as const;
  for (const [name, options] of Object.entries(cases)) {
    assert.equal(await answerTo(port, options), "nothing", name);
  }
  const plain = RawClient.open(port);
  plain.connect("temper");
  assert.equal(await plain.next(), undefined, "plaintext");

  const refused = events.filter((event) => event.kind === "connection-refused");
  assert.equal(refused.length, Object.keys(cases).length + 1);
  for (const { reason, remote } of refused) assert.deepEqual([reason, remote], ["certificate", "127.0.0.1"]);
  assert.match(refused.map(({ detail }) => detail).join("\n"), /CERT_HAS_EXPIRED/);
  assert.equal(await answerTo(port, good), 0, "others are served on");
});

test("row 27: TLS 1.2 where it is allowed, and never 1.1", async (t) => {
  const folder = await plantCertificates(t);
  const { port } = await secureBroker(t, folder, { tls: "1.2" });
  const good = await pemsOf(folder, MACHINE);
  assert.equal(await answerTo(port, { ...good, maxVersion: "TLSv1.2" }), 0);
  const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
  assert.equal(await answerTo(port, { ...good, ...old }), "nothing");
});

test("row 27: an expired revocation list lets nobody in, was warned of before, and a new one opens at once", async (t) => {
  const folder = await plantCertificates(t);
  await folder.renewList(Date.now() - 61 * DAY);
  const warned = await secureBroker(t, folder);
  const good = await pemsOf(folder, MACHINE);
  assert.match(
    warned.notices.map(({ detail }) => detail).join("\n"),
    /revocation list .* in 2[89] days: nobody will be/,
  );
  assert.equal(await answerTo(warned.port, good), 0);

  await folder.renewList(Date.now() - 91 * DAY);
  const { port, reported } = await secureBroker(t, folder);
  assert.equal(await answerTo(port, good), "nothing");
  assert.match((await reported("connection-refused")).detail, /revocation list has expired/);

  await folder.renewList(Date.now());
  let answer = await answerTo(port, good);
  while (answer !== 0) answer = await answerTo(port, good);
});

test("row 27: Mosquitto with the same files refuses the same, and knows machines by name", {
  skip: NO_MOSQUITTO,
}, async (t) => {
  const folder = await plantCertificates(t);
  await folder.issue(OTHER, [], Date.now() - 800 * DAY);
  const broker = await secureMosquitto(t, folder);
  const good = await pemsOf(folder, MACHINE);
  assert.equal(await answerTo(broker.port, good), 0);
  await broker.logged(new RegExp(`as ${MACHINE} .*u'${MACHINE}'`));
  const strangers = await plantCertificates(t);
  for (const [name, options] of Object.entries({
    expired: await pemsOf(folder, OTHER),
    "wrong authority": { ...(await pemsOf(strangers, MACHINE)), ca: good.ca },
    "no certificate": { ca: good.ca },
    "TLS 1.1": { ...good, minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
  } as const)) {
    assert.equal(await answerTo(broker.port, options), "nothing", name);
  }
  // The lines of the machine's README, with the tools that it names.
  const machine = `${folder.layout.identity(MACHINE)}/`;
  const words = ["-h", "127.0.0.1", "-p", String(broker.port), "--cafile", `${machine}ca.pem`];
  const own = ["--cert", `${machine}cert.pem`, "--key", `${machine}key.pem`];
  const sent = spawnSync("mosquitto_pub", [
    ...words,
    ...own,
    "-q",
    "1",
    "-t",
    `factory/${MACHINE}/state`,
    "-m",
    "{}",
  ]);
  assert.equal(sent.status, 0, String(sent.stderr));
});
