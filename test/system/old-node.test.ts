import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { afterwards } from "../servers/afterwards.ts";
import { DOOR } from "../servers/conche.ts";

/** This Node, which takes itself for one that is too old to run the program. */
const OLD_NODE = [
  process.execPath,
  "--import",
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})",
] as const;

async function words(context: TestContext): Promise<string[]> {
  const data = await mkdtemp(join(tmpdir(), "conche-door-"));
  afterwards(context, () => rm(data, { recursive: true }));
  return [DOOR, "datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0", "--json"];
}

test("a server ends in order when the process that began it under an old Node has gone", async (context) => {
  // As the door begins it: with a small heap it doesn't start over.
  const server = spawn(process.execPath, ["--heap-growing-percent=50", ...(await words(context))], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    env: { ...process.env, CONCHE_DOOR: "1" },
  });
  const [started] = await once(createInterface({ input: server.stdout ?? assert.fail() }), "line");
  assert.match(String(started), /"event":"started"/);
  server.disconnect();
  assert.deepEqual(await once(server, "exit"), [0, null]);
});

test("kill -9 of the old Node leaves no server behind", {
  skip: process.platform === "win32" && "needs POSIX signals",
}, async (context) => {
  const [node, ...options] = OLD_NODE;
  const launcher = spawn(node, [...options, ...(await words(context))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const out = launcher.stdout ?? assert.fail();
  await once(out, "readable");
  launcher.kill("SIGKILL");
  // Ends when nobody has it open any more: neither the killed one nor the server.
  assert.match(await text(out), /"event":"stopped"/);
});
