import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { COMPILE_CACHE, CONCHE } from "../commands/run-conche.ts";
import { afterwards } from "../servers/afterwards.ts";
import { freePort } from "../servers/mosquitto.ts";
import { temporaryFolder, until } from "./fault-matrix/data-center.ts";

const NO_FULL_DEVICE = !existsSync("/dev/full") && "needs /dev/full";

type Output = "pipe" | number;

function start(context: TestContext, words: readonly string[], output: Output): ChildProcess {
  const child = spawn(process.execPath, [...CONCHE, ...words], {
    stdio: ["ignore", output, "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  afterwards(context, () => child.kill("SIGKILL"));
  return child;
}

async function saidBy({ stderr }: ChildProcess): Promise<string> {
  assert.ok(stderr);
  return text(stderr);
}

async function page(url: string): Promise<string> {
  const response = await fetch(url).catch(() => undefined);
  return response === undefined ? "" : await response.text();
}

/** Starts it with an output that breaks, and sees that it serves, says so, and ends in order. */
async function goesOn(context: TestContext, words: readonly string[], output: Output): Promise<void> {
  const folder = await temporaryFolder(context);
  const port = await freePort();
  const places = ["--http-port", String(port), "--mqtt-port", "0"];
  const more = words[0] === "edge" ? ["--outbox", join(folder, "outbox")] : ["--data", folder];
  const child = start(context, [...words, ...places, ...more], output);
  if (output === "pipe") child.stdout?.destroy();
  const ended = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  await until(async () =>
    / [1-9]/.test(/^conche_console_writes_lost_total.*$/m.exec(await page(`${url}/metrics`))?.[0] ?? ""),
  );
  assert.match(await page(`${url}/readyz`), /standard output/);
  assert.equal(child.exitCode, null);
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
}

suite("output that can't be written", () => {
  for (const words of [["datacenter"], ["edge", "--cloud", "mqtt://127.0.0.1:1", "--name", "gateway-1"]]) {
    test(`${words[0]} goes on without its reader`, (context) => goesOn(context, words, "pipe"));

    test(`${words[0]} goes on beside a full disk`, { skip: NO_FULL_DEVICE }, async (context) => {
      const full = await open("/dev/full", "w");
      afterwards(context, () => full.close());
      await goesOn(context, words, full.fd);
    });
  }

  test("a command that prints says that it could not", { skip: NO_FULL_DEVICE }, async (context) => {
    const full = await open("/dev/full", "w");
    afterwards(context, () => full.close());
    const child = start(context, ["scenario", "list"], full.fd);
    const [said, [code]] = await Promise.all([saidBy(child), once(child, "exit")]);
    assert.equal(code, 1, said);
    assert.match(said, /CONCHE_OUTPUT_UNWRITABLE: standard output can't be written: ENOSPC/);
  });

  test("a command that prints ends with its reader", async (context) => {
    const child = start(context, ["contract", "reference"], "pipe");
    child.stdout?.destroy();
    const [said, [code]] = await Promise.all([saidBy(child), once(child, "exit")]);
    assert.equal(code, 0, said);
  });
});
