import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";

const STOP_SIGNAL = new URL("../../src/commands/stop-signal.ts", import.meta.url).href;

/** A process that takes the signals over, says what it sees, and would go on for ever. */
const NEVER_ENDING = `
import { requestStop, stopSignal } from ${JSON.stringify(STOP_SIGNAL)};
console.log("taken over: " + requestStop());
stopSignal().addEventListener("abort", () => console.log("asked to end"));
setInterval(() => {}, 1_000_000);
console.log("taken over: " + (stopSignal() instanceof AbortSignal));
`;

test("the first signal asks the command to end, a second one ends the process", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", NEVER_ENDING], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  assert.equal(await next(), "taken over: false");
  assert.equal(await next(), "taken over: true");
  child.kill("SIGTERM");
  assert.equal(await next(), "asked to end");
  child.kill("SIGINT");
  assert.deepEqual(await once(child, "close"), [130, null]);
});

test("a signal that was sent on by who got it, too, is no second one", {
  skip: process.platform === "win32" && "needs POSIX signals",
}, async () => {
  const source = `${NEVER_ENDING}\nprocess.on("SIGUSR2", () => console.log("still here"));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  await next();
  await next();
  child.kill("SIGINT");
  assert.equal(await next(), "asked to end");
  child.kill("SIGINT");
  child.kill("SIGUSR2");
  assert.equal(await next(), "still here");
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "close"), [130, null]);
});

test("what npx began ends when the shell between them has gone", {
  skip: process.platform === "win32" && "needs a POSIX shell",
}, async () => {
  const command = `"${process.execPath}" --input-type=module --eval "$SOURCE"; true`;
  const env = { ...process.env, npm_command: "exec", SOURCE: `${NEVER_ENDING}\nconsole.log(process.pid);` };
  const shell = spawn("/bin/sh", ["-c", command], { env, stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  await next();
  await next();
  const pid = Number(await next());
  shell.kill("SIGTERM");
  assert.equal(await next(), "asked to end");
  process.kill(pid, "SIGKILL");
});

test("what serves others outlives a SIGHUP that is no closed terminal; what doesn't, ends", async () => {
  for (const serves of [true, false]) {
    const source = NEVER_ENDING.replaceAll("stopSignal()", `stopSignal(${serves})`);
    const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    await next();
    await next();
    child.kill("SIGHUP");
    if (serves) child.kill("SIGTERM");
    assert.equal(await next(), "asked to end");
    // A first signal that was ignored makes no second one of the next.
    child.kill(serves ? "SIGKILL" : "SIGINT");
    await once(child, "close");
  }
});
