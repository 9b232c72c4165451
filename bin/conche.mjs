#!/usr/bin/env node
// The command's door, in plain JavaScript so that any Node from 18 on can open it. In a checkout it runs the
// TypeScript sources (setting up first when that has not been done); in an installed package the built ones.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const SOURCE = join(ROOT, "src", "main.ts");
const BUILT = join(ROOT, "dist", "main.js");
const OLDEST_NODE = 24;
/** Commands that run for months, or through the messages of months. */
const LONG_RUNNING = ["up", "datacenter", "edge", "bridge", "rebuild"];
/**
 * A small heap for commands that run beside others: a young one of at most twice 8 MB, and an old one that is collected
 * when it has grown by half (docs/decisions/group-commit.md has what that saves and costs; for the smaller one
 * docs/decisions/edge-and-bridge-speed.md).
 */
const SMALL = ["--max-semi-space-size=8", "--heap-growing-percent=50"];
/** What passes through an edge or a bridge lives shorter than at a data center: half of the young heap, and less to spare. */
const SMALLER = ["--max-semi-space-size=4", "--heap-growing-percent=30"];
const FORWARDING = ["edge", "bridge"];
/**
 * One thread does all the work of a rebuild: pools of the allocator for those that compile and collect only hold 50 MB
 * (docs/decisions/views.md).
 */
const ONE_POOL = ["rebuild"];

/** Says to a process that this file began it, under another Node. */
const DOOR = "CONCHE_DOOR";

const inCheckout = existsSync(SOURCE);
if (inCheckout && !existsSync(join(ROOT, "node_modules", ".conche-setup"))) {
  const setup = spawnSync(process.execPath, [join(ROOT, "scripts", "setup.mjs")], { stdio: "inherit" });
  if (setup.status !== 0) process.exit(setup.status ?? 1);
}

if (Number(process.versions.node.split(".")[0]) >= OLDEST_NODE) {
  if (process.env[DOOR] !== undefined) endWithDoor();
  startSmall();
  // What was stripped and compiled once is read back: half a second and some 25 MB less at every start.
  if (inCheckout) {
    const cache = join(ROOT, "node_modules", ".cache", "compile");
    module.enableCompileCache(cache);
    // The threads (answers, views, simulation) read it from here: a quarter of a second of the processor less in each.
    process.env.NODE_COMPILE_CACHE ??= cache;
  }
  const { main } = await import(pathToFileURL(inCheckout ? SOURCE : BUILT).href);
  await main(process.argv.slice(2));
} else {
  const pinned = join(
    ROOT,
    "node_modules",
    "node",
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  if (!existsSync(pinned)) {
    process.stderr.write(
      `conche: CONCHE_NODE_TOO_OLD: Node ${process.versions.node} is too old, ${OLDEST_NODE} or later is needed\n` +
        "  what to do: install a current Node, for example with: npm install --global node\n",
    );
    process.exit(1);
  }
  const child = spawn(
    pinned,
    [...heapOf(process.argv[2]), fileURLToPath(import.meta.url), ...process.argv.slice(2)],
    // The channel says nothing: it ends with this process, however that ends, and what it began hears it (endWithDoor).
    {
      stdio: ["inherit", "inherit", "inherit", "ipc"],
      env: { ...environmentOf(process.argv[2]), [DOOR]: "1" },
    },
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  if (["exec", "start"].includes(process.env.npm_command)) endWithParent(child);
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

/** Who kills the process that an old Node runs means the one that it began: it ends as by a signal, with nobody to send one. */
function endWithDoor() {
  delete process.env[DOOR];
  process.once("disconnect", () => {
    if (!process.emit("SIGTERM", "SIGTERM")) process.exit(1);
  });
  process.channel?.unref();
}

/** As src/commands/stop-signal.ts: npm's shell in between dies of a signal and tells nobody. */
function endWithParent(child) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, 500);
}

function heapOf(command) {
  return FORWARDING.includes(command) ? SMALLER : SMALL;
}

function environmentOf(command) {
  return ONE_POOL.includes(command) ? { MALLOC_ARENA_MAX: "1", ...process.env } : process.env;
}

/**
 * Starts a long-running command over with a small young heap. It grows to 64 MB while the program is loaded and keeps
 * that size, and only a process that starts can be told otherwise. It stays the same process; where a process can't be
 * replaced (Windows), it runs as it is.
 */
function startSmall() {
  const words = process.argv.slice(2);
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ""];
  if (!LONG_RUNNING.includes(words[0]) || flags.some((flag) => flag.includes("heap-growing-percent"))) return;
  if (process.platform === "win32" || process.execve === undefined) return;
  const door = fileURLToPath(import.meta.url);
  process.execve(
    process.execPath,
    [process.execPath, ...heapOf(words[0]), ...process.execArgv, door, ...words],
    environmentOf(words[0]),
  );
}
