import assert from "node:assert/strict";
import { chmod, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { openEdge } from "../../src/index.ts";
import { RawClient } from "../adapters/broker/raw-client.ts";
import { runConche } from "../commands/run-conche.ts";
import { afterwards } from "../servers/afterwards.ts";
import { portOf } from "../servers/conche.ts";
import { passwordLine } from "../servers/mosquitto-access.ts";
import {
  dataCenter,
  endInOrder,
  ready,
  TELEMETRY,
  telemetry,
  temporaryFolder,
} from "./fault-matrix/data-center.ts";

const NO_MODES: string | false = process.platform === "win32" && "modes say nothing on Windows";
/** What most machines have; the test's own may be stricter. */
const USUAL_UMASK = 0o022;

/** Everything below a folder, and the folder, that somebody else may do anything with. */
async function open(folder: string): Promise<string[]> {
  const names = [".", ...(await readdir(folder, { recursive: true }))];
  const modes = await Promise.all(
    names.map(async (name) => [name, (await stat(join(folder, name))).mode] as const),
  );
  return modes
    .filter(([, mode]) => (mode & 0o077) !== 0)
    .map(([name, mode]) => `${name} ${(mode & 0o777).toString(8)}`);
}

suite("files are for the user that runs the program", { skip: NO_MODES }, () => {
  test("data folder, log, views, audit and exports", async (context) => {
    const before = process.umask(USUAL_UMASK);
    afterwards(context, () => process.umask(before));
    const folder = await temporaryFolder(context);
    const data = join(folder, "made", "data");
    const center = await dataCenter(context, { data });
    await ready(center);
    const client = await RawClient.connected(portOf(center.started.mqtt), 5, "temper-01");
    client.publish(TELEMETRY, telemetry(1), 1, 1);
    await client.expect("puback");
    client.publish("datacenter/x", "refused, hence audited", 1, 2);
    await client.expect("puback");
    assert.deepEqual(await open(join(folder, "made")), []);
    await endInOrder(center);
    const names = await readdir(data);
    assert.ok(names.includes("audit.db") && names.includes("datacenter_messages.db"), names.join());
    assert.deepEqual(await open(join(folder, "made")), []);
    const output = join(folder, "made", "export.csv");
    const exported = await runConche([
      "log",
      "export",
      "--data",
      data,
      "--format",
      "csv",
      "--output",
      output,
    ]);
    assert.equal(exported.code, 0, exported.err);
    assert.equal((await stat(output)).mode & 0o777, 0o600);
    const said = center.events.filter(({ code }) => code === "folder-readable" || code === "secret-readable");
    assert.deepEqual(said, []);
  });

  test("the outbox of a program that uses the library, whatever its umask", async (context) => {
    const before = process.umask(USUAL_UMASK);
    afterwards(context, () => process.umask(before));
    const outbox = join(await temporaryFolder(context), "outbox");
    const edge = await openEdge({ url: "mqtt://127.0.0.1:1", outbox });
    const machine = await edge.machine("tunis-01/line-a/s5_tempering/temper-01");
    await machine.publish("telemetry", { ts: new Date().toISOString(), tags: { temp_c: 31.4 } });
    await edge.close();
    const databases = (await open(outbox)).filter((name) => /\.db|^\. /.test(name));
    assert.deepEqual(databases, []);
  });

  test("a password file or data folder that everybody can read is warned of, at the start and by the doctor", async (context) => {
    const folder = await temporaryFolder(context);
    const [data, passwords] = [join(folder, "data"), join(folder, "users.txt")];
    await writeFile(passwords, passwordLine("somebody", Buffer.from("secret")), { mode: 0o600 });
    await chmod(passwords, 0o644);
    const center = await dataCenter(context, { data, words: ["--mqtt-passwords", passwords] });
    await center.event(
      ({ code, text }) => code === "secret-readable" && String(text).includes("users.txt (mqtt-passwords)"),
    );
    await endInOrder(center);
    await chmod(data, 0o755);
    const words = [
      "doctor",
      "--json",
      "--data",
      data,
      "--mqtt-passwords",
      passwords,
      "--mqtt-port",
      "0",
      "--http-port",
      "0",
    ];
    const warned = (await runConche(words)).out;
    assert.match(
      warned,
      /"check":"permissions","verdict":"warn","detail":"every user of this machine can read [^"]*users\.txt/,
    );
    assert.match(warned, /"permissions","verdict":"warn","detail":"every user of this machine can look into/);
    await chmod(passwords, 0o600);
    await chmod(data, 0o700);
    assert.match((await runConche(words)).out, /"check":"permissions","verdict":"ok"/);
  });
});
