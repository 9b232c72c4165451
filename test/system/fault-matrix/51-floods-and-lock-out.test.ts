import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { createWebSocketStream, WebSocket } from "ws";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { runConche } from "../../commands/run-conche.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { portOf, type RunningConche } from "../../servers/conche.ts";
import { answeredWithin } from "../../servers/end-within.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { passwordLine } from "../../servers/mosquitto-access.ts";
import { socketFlood } from "../../servers/socket-flood.ts";
import {
  count,
  dataCenter,
  mosquitto,
  ready,
  TELEMETRY,
  telemetry,
  temporaryFolder,
  until,
} from "./data-center.ts";
import { MACHINE, pemsOf, plantCertificates, secureBroker, tlsClient } from "./plant-certificates.ts";

/** What is promised to whoever is known, on a machine that lets the data center run. */
const WITHIN_MS = 2_000;
/** More than there is room for. */
const SOCKETS = 5_300;
const RIGHT = { username: MACHINE, password: Buffer.from("the right one") };

suite("row 51, silent sockets, password floods, lock-out of others: known clients get in within 2 s", {
  timeout: 300_000,
}, () => {
  test("silent sockets that come again: a machine connects, is stored, and again", async (t) => {
    const data = await temporaryFolder(t);
    const center = await dataCenter(t, { data });
    const port = portOf(center.started.mqtt);
    await amongSilent(t, port);
    for (let seq = 1; seq <= 5; seq++) {
      await within(center, async () => {
        const machine = await RawClient.connected(port, 5, "temper-01");
        await storedBy(machine, seq);
      });
    }
    assert.equal(count(data, "mqtt_messages"), 5);
  });

  test("the same before the handshake of TLS and of WebSocket, where nobody has said who they are", async (t) => {
    const folder = await plantCertificates(t);
    const own = await pemsOf(folder, MACHINE);
    // Few places, so that they are surely taken: 100 more are there for those that are ending.
    const { port, broker, events } = await secureBroker(t, folder, {
      wsPort: 0,
      limits: { connections: 100 },
    });
    for (const place of [port, broker.wsPort ?? 0]) {
      const flood = socketFlood(place, { sockets: 300, atOnce: 5 });
      afterwards(t, () => flood.stop());
      await flood.full;
      await until(() => flood.opened > 600);
      for (let attempt = 1; attempt <= 5; attempt++) {
        const client = place === port ? tlsClient(port, own).client : await webSocketClient(place, own);
        client.connect("temper-01");
        assert.equal((await client.expect("connack")).reasonCode, 0);
        await client.ping();
        client.cut();
        await client.closed;
      }
      flood.stop();
    }
    assert.ok(events.some((event) => event.kind === "connection-refused" && event.reason === "connections"));
  });

  test("wrong passwords by the hundred, for the machine's own name too: it is let in", async (t) => {
    const data = await temporaryFolder(t);
    const center = await dataCenter(t, { data, words: await passwordFile(t) });
    const port = portOf(center.started.mqtt);
    // Known: its password was right before.
    (await RawClient.connected(port, 5, "temper-01", RIGHT)).cut();
    const guesses = await guessing(t, port);
    for (let seq = 1; seq <= 5; seq++) {
      const before = guesses.opened;
      await within(center, async () => {
        const machine = await RawClient.connected(port, 5, "temper-01", RIGHT);
        await storedBy(machine, seq);
      });
      // They went on meanwhile.
      await until(() => guesses.opened > before + 50);
    }
    assert.equal(count(data, "mqtt_messages"), 5);
  });

  test("wrong tokens and silent connections over HTTP lock out no right token", async (t) => {
    const data = await temporaryFolder(t);
    const { out } = await runConche(["token", "create", "wall", "--role", "viewer", "--data", data]);
    const center = await dataCenter(t, { data });
    const ask = async (token: string) =>
      (await fetch(`${center.started.http}/api/views`, { headers: { authorization: `Bearer ${token}` } }))
        .status;
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => ask(`conche_guess_${n}`)));
    assert.ok(answers.includes(429), "they are counted");
    const flood = socketFlood(portOf(center.started.http), { sockets: 400 });
    afterwards(t, () => flood.stop());
    await flood.full;
    await within(center, async () => assert.equal(await ask(out.trim()), 200));
  });

  test("Mosquitto as deployed, silent sockets and wrong passwords: the machine is stored", {
    skip: NO_MOSQUITTO,
  }, async (t) => {
    const data = await temporaryFolder(t);
    const users = [MACHINE, "datacenter/main"];
    const broker = await mosquitto(t, {
      global: ["allow_anonymous false", "password_file FOLDER/passwords"],
      files: { passwords: users.map((user) => passwordLine(user, RIGHT.password)).join("") },
    });
    const password = join(await temporaryFolder(t), "password");
    await writeFile(password, String(RIGHT.password));
    const center = await dataCenter(t, {
      data,
      brokerPort: broker.port,
      words: ["--username", "datacenter/main", "--password-file", password],
    });
    await ready(center);
    await guessing(t, broker.port);
    const flood = socketFlood(broker.port, { sockets: 500 });
    afterwards(t, () => flood.stop());
    await flood.full;
    const machine = await RawClient.connected(broker.port, 5, "temper-01", RIGHT);
    await storedBy(machine, 1);
    await until(() => count(data, "mqtt_messages") === 1);
  });
});

async function webSocketClient(port: number, files: ConnectionOptions): Promise<RawClient> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}/mqtt`, ["mqtt"], files);
  await once(socket, "open");
  return new RawClient(createWebSocketStream(socket), 5);
}

/** All places are taken by sockets that say nothing, and by whatever comes again in their place. */
async function amongSilent(t: TestContext, port: number): Promise<void> {
  const flood = socketFlood(port, { sockets: SOCKETS });
  afterwards(t, () => flood.stop());
  await flood.full;
}

/** Forty clients that guess without a pause, half of them at the machine's own password. */
async function guessing(t: TestContext, port: number) {
  let guess = 0;
  const begin = (socket: Socket) => {
    const client = new RawClient(socket, 5);
    const username = guess++ % 2 === 0 ? MACHINE : `nobody-${guess}`;
    client.connect(`guess-${guess}`, { username, password: Buffer.from(`guess ${guess}`) });
    void client.next().then(() => client.cut());
  };
  const flood = socketFlood(port, { sockets: 40, begin });
  afterwards(t, () => flood.stop());
  await until(() => flood.opened > 400);
  return flood;
}

async function passwordFile(t: TestContext): Promise<string[]> {
  const path = join(await temporaryFolder(t), "passwords");
  await writeFile(path, passwordLine(MACHINE, RIGHT.password));
  return ["--mqtt-passwords", path];
}

async function storedBy(machine: RawClient, seq: number): Promise<void> {
  machine.publish(TELEMETRY, telemetry(seq), 1, seq);
  await machine.expect("puback");
  machine.cut();
}

async function within(center: RunningConche, work: () => Promise<void>): Promise<void> {
  await answeredWithin(center, WITHIN_MS, work);
}
