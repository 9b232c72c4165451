import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import {
  answerTo,
  MACHINE,
  OTHER,
  pemsOf,
  plantCertificates,
  secureBroker,
  tlsClient,
} from "./plant-certificates.ts";

/** What has to be over within it; generous, for a machine that is loaded. */
const CUT_WITHIN_MS = 5_000;

test("row 28: a revoked machine is cut off within 5 s, and connects no more: new, or with a session ticket", async (t) => {
  const folder = await plantCertificates(t);
  const { port, reported } = await secureBroker(t, folder);
  const victim = await pemsOf(folder, MACHINE);
  const bystander = await pemsOf(folder, OTHER);

  const { client: live, socket } = tlsClient(port, victim);
  const tickets: Buffer[] = [];
  socket.on("session", (ticket: Buffer) => tickets.push(ticket));
  live.connect("temper");
  assert.equal((await live.expect("connack")).reasonCode, 0);
  const { client: other } = tlsClient(port, bystander);
  other.connect("conche");
  await other.expect("connack");
  if (tickets.length === 0) await once(socket, "session");
  const session = tickets.at(-1);
  const resumed = tlsClient(port, { ...victim, session });
  resumed.client.connect("temper-2");
  await resumed.client.expect("connack");
  assert.ok(resumed.socket.isSessionReused(), "a ticket is good before");

  await folder.revoke(MACHINE, "keyCompromise", Date.now());
  const from = performance.now();
  const end = await live.next();
  await Promise.all([live.closed, resumed.client.closed]);
  assert.ok(performance.now() - from < CUT_WITHIN_MS);
  assert.equal(end?.cmd, "disconnect");
  assert.equal(end?.reasonCode, 0x87, "not authorized");
  assert.match((await reported("disconnected")).reason, new RegExp(`certificate of ${MACHINE} was revoked`));

  assert.equal(await answerTo(port, victim), "nothing", "new");
  assert.equal(await answerTo(port, { ...victim, session }), "nothing", "resumed");
  assert.match((await reported("connection-refused")).detail, /was revoked/);
  await other.ping();

  // What lets it in again is another certificate.
  await folder.issue(MACHINE, [], Date.now());
  assert.equal(await answerTo(port, await pemsOf(folder, MACHINE)), 0);
});

test("row 28: an authority that is taken out of the file takes its clients along", async (t) => {
  const old = await plantCertificates(t);
  const fresh = await plantCertificates(t);
  const { port } = await secureBroker(t, old);
  const at = (file: "ca.pem" | "crl.pem") => old.layout.identity("server/broker", file);
  const both = async (file: "ca.pem" | "crl.pem") =>
    (await readFile(at(file), "utf8")) +
    (await readFile(fresh.layout.identity("server/broker", file), "utf8"));
  const client = await pemsOf(old, MACHINE);
  const { client: live } = tlsClient(port, client);
  live.connect("temper");
  await live.expect("connack");

  // A new authority beside the old one: the clients of both get in, nobody is cut.
  const [ca, crl] = [await both("ca.pem"), await both("crl.pem")];
  await writeFile(at("crl.pem"), crl);
  await writeFile(at("ca.pem"), ca);
  const moved = { ...(await pemsOf(fresh, OTHER)), ca: client.ca };
  while ((await answerTo(port, moved, "conche")) !== 0);
  await live.ping();

  await writeFile(at("crl.pem"), await readFile(fresh.layout.crl));
  await writeFile(at("ca.pem"), await readFile(fresh.layout.ca));
  await live.closed;
  assert.equal(await answerTo(port, moved, "conche"), 0);
});
