import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { CertificateFolder } from "../../../src/run/certificates/certificate-folder.ts";
import type { RawClient } from "../../adapters/broker/raw-client.ts";
import { runConche } from "../../commands/run-conche.ts";
import { type Mosquitto, NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { dynamicSecurityPlugin, NO_DYNAMIC_SECURITY } from "../../servers/mosquitto-access.ts";
import { temporaryFolder } from "./data-center.ts";
import {
  answerTo,
  MACHINE,
  OTHER,
  pemsOf,
  plantCertificates,
  secureMosquitto,
  tlsClient,
} from "./plant-certificates.ts";

/** What has to be over within it, from the revocation on, with the lines of docs/certificates.md. */
const CUT_WITHIN_MS = 5_000;

/** Who is allowed to control Mosquitto. */
const CONTROLLER = "desk/broker";

interface Connected {
  readonly live: RawClient;
  readonly bystander: RawClient;
  /** Of sessions that were resumed with them, a ticket for each version of TLS. */
  readonly tickets: ReadonlyMap<"TLSv1.2" | "TLSv1.3", Buffer>;
}

/** The victim with a session ticket of each version of TLS, and one that has nothing to do with it. */
async function connected(folder: CertificateFolder, port: number): Promise<Connected> {
  const victim = await pemsOf(folder, MACHINE);
  const tickets = new Map<"TLSv1.2" | "TLSv1.3", Buffer>();
  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    const { client, socket } = tlsClient(port, { ...victim, maxVersion });
    const ticket = once(socket, "session");
    client.connect("before");
    await client.expect("connack");
    const [session] = (await ticket) as [Buffer];
    tickets.set(maxVersion, session);
    client.cut();
    const resumed = tlsClient(port, { ...victim, maxVersion, session });
    resumed.client.connect("resumed");
    await resumed.client.expect("connack");
    assert.ok(resumed.socket.isSessionReused(), `${maxVersion}: a ticket is good before`);
    resumed.client.cut();
  }
  const { client: live } = tlsClient(port, victim);
  live.connect("temper");
  assert.equal((await live.expect("connack")).reasonCode, 0);
  const { client: bystander } = tlsClient(port, await pemsOf(folder, OTHER));
  bystander.connect("conche");
  await bystander.expect("connack");
  return { live, bystander, tickets };
}

/** New connections and resumed ones of the victim are refused; a new certificate lets it in again. */
async function assertKeptOut(
  folder: CertificateFolder,
  broker: Mosquitto,
  { tickets }: Connected,
): Promise<void> {
  const old = await pemsOf(folder, MACHINE);
  assert.equal(await answerTo(broker.port, old), "nothing", "new");
  for (const [maxVersion, session] of tickets)
    assert.equal(await answerTo(broker.port, { ...old, maxVersion, session }), "nothing", maxVersion);
  assert.equal(await answerTo(broker.port, await pemsOf(folder, OTHER), "conche"), 0, "others are let in");
}

/** SIGHUP; who connects after that line finds the new list. */
async function reloaded(broker: Mosquitto): Promise<void> {
  broker.reload();
  await broker.logged(/Reloading config/);
}

/** The rules for MACHINE and OTHER, and a desk that may control the broker, as `conche access render` writes them. */
async function renderedRules(t: TestContext): Promise<string> {
  const access = join(await temporaryFolder(t), "access.yaml");
  await writeFile(access, "access: 1\ndesks:\n  broker: { role: admin }\n");
  const words = ["--access", "policy", "--access-file", access, "--control", CONTROLLER];
  const { code, out, err } = await runConche(["access", "render", "mosquitto-dynsec", ...words]);
  assert.equal(code, 0, err);
  return out;
}

/** `mosquitto_ctrl … dynsec …` with the certificate of somebody. */
async function control(folder: CertificateFolder, port: number, who: string, ...words: string[]) {
  const place = folder.layout.identity(who);
  const files = ["ca.pem", "cert.pem", "key.pem"].map((file) => join(place, file));
  const [ca = "", cert = "", key = ""] = files;
  const tls = ["--cafile", ca, "--cert", cert, "--key", key];
  const address = ["-h", "localhost", "-p", String(port)];
  const child = spawn("mosquitto_ctrl", [...address, ...tls, "dynsec", ...words], { stdio: "pipe" });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (said += String(bytes)));
  const [code] = await once(child, "close");
  return { code, said };
}

test("row 28: Mosquitto with dynamic security: a new list, SIGHUP, disableClient, and the machine is out within 5 s", {
  skip: NO_DYNAMIC_SECURITY,
}, async (t) => {
  const folder = await plantCertificates(t);
  await folder.issue(CONTROLLER, [], Date.now());
  const broker = await secureMosquitto(t, folder, {
    global: [`plugin ${dynamicSecurityPlugin()}`, "plugin_opt_config_file FOLDER/rules"],
    files: { rules: await renderedRules(t) },
  });
  const all = await connected(folder, broker.port);

  const from = performance.now();
  await folder.revoke(MACHINE, "keyCompromise", Date.now());
  await reloaded(broker);
  await all.live.ping(); // The list alone cuts nobody.
  const disabled = await control(folder, broker.port, CONTROLLER, "disableClient", MACHINE);
  assert.deepEqual([disabled.code, disabled.said], [0, ""]);
  const end = await all.live.next();
  await all.live.closed;
  assert.ok(performance.now() - from < CUT_WITHIN_MS);
  assert.deepEqual([end?.cmd, end?.reasonCode], ["disconnect", 0x98], "administrative action");

  await all.bystander.ping();
  await assertKeptOut(folder, broker, all);
  await folder.issue(MACHINE, [], Date.now());
  assert.equal((await control(folder, broker.port, CONTROLLER, "enableClient", MACHINE)).code, 0);
  assert.equal(await answerTo(broker.port, await pemsOf(folder, MACHINE)), 0);
});

test("row 28: nobody but the one who was named controls Mosquitto", {
  skip: NO_DYNAMIC_SECURITY,
}, async (t) => {
  const folder = await plantCertificates(t);
  const broker = await secureMosquitto(t, folder, {
    global: [`plugin ${dynamicSecurityPlugin()}`, "plugin_opt_config_file FOLDER/rules"],
    files: { rules: await renderedRules(t) },
  });
  const { client: attacker } = tlsClient(broker.port, await pemsOf(folder, OTHER));
  attacker.connect("attacker");
  await attacker.expect("connack");
  attacker.subscribe(1, ["$CONTROL/dynamic-security/v1/response", 0], ["$CONTROL/#", 0]);
  assert.deepEqual((await attacker.expect("suback")).granted, [0x87, 0x87]);
  const command = { commands: [{ command: "disableClient", username: MACHINE }] };
  attacker.publish("$CONTROL/dynamic-security/v1", JSON.stringify(command), 1, 2);
  assert.equal((await attacker.expect("puback")).reasonCode, 0x87);
  assert.equal(await answerTo(broker.port, await pemsOf(folder, MACHINE)), 0);
});

test("row 28: Mosquitto with an acl_file: SIGHUP refuses what is new, and a restart cuts what stands within 5 s", {
  skip: NO_MOSQUITTO,
}, async (t) => {
  const folder = await plantCertificates(t);
  const rendered = await runConche(["access", "render", "mosquitto"]);
  assert.equal(rendered.code, 0, rendered.err);
  const broker = await secureMosquitto(t, folder, {
    global: ["acl_file FOLDER/acl", "persistence true", "persistence_location FOLDER/"],
    files: { acl: rendered.out },
  });
  const all = await connected(folder, broker.port);

  const from = performance.now();
  await folder.revoke(MACHINE, "keyCompromise", Date.now());
  await reloaded(broker);
  await all.live.ping(); // The list alone cuts nobody.
  await assertKeptOut(folder, broker, all);
  await broker.stop();
  await all.live.closed;
  assert.ok(performance.now() - from < CUT_WITHIN_MS);
  await broker.start();
  await assertKeptOut(folder, broker, all);
  await folder.issue(MACHINE, [], Date.now());
  assert.equal(await answerTo(broker.port, await pemsOf(folder, MACHINE)), 0);
});
