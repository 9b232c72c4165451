// Sets the checkout up: installs exactly what the lock file names when that has not been done yet, puts `conche`
// where npx finds it, and builds the dashboard when its sources are newer. Runs before `npm start`, `npm test`, `npm run check` and `npm run bench`.
//
// Plain JavaScript without dependencies, because it is what runs before there is anything else: on whatever
// Node the machine has (18 or later), which may be older than the one the product needs. That one is the npm
// package `node`, pinned in package.json; npm scripts find it first because npm puts node_modules/.bin in
// front of PATH.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildDashboard, isStale } from "./build-dashboard.mjs";
import { bundleTypebox } from "./bundle-typebox.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const MODULES = join(ROOT, "node_modules");
const BIN = join(MODULES, ".bin");
const STAMP = join(MODULES, ".conche-setup");
const SHRINKWRAP = join(ROOT, "npm-shrinkwrap.json");
const WINDOWS = process.platform === "win32";
const OLDEST_NODE = 24;

/** What the installed tree was made from. Another lock file, Node package or platform means: install again. */
function fingerprint() {
  const hash = createHash("sha256");
  for (const file of ["package-lock.json", "package.json", "scripts/setup.mjs"]) {
    hash.update(readFileSync(join(ROOT, file)));
  }
  return hash.update(`${process.platform}-${process.arch}`).digest("hex");
}

/** The environment of npm commands: the checkout's root, no telemetry from packages. */
function npmEnvironment() {
  return { ...process.env, SCARF_ANALYTICS: "false", NODE_ENV: "development" };
}

function npm(args) {
  // npm runs this script, so it has told us where it is; a bare `node scripts/setup.mjs` uses the one in PATH.
  const cli = process.env.npm_execpath;
  const viaNode = cli?.endsWith(".js");
  const child = spawn(viaNode ? process.execPath : "npm", viaNode ? [cli, ...args] : args, {
    cwd: ROOT,
    env: npmEnvironment(),
    shell: !viaNode && WINDOWS,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (said += bytes));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ status: null, said: String(error) }));
    child.on("close", (status) => resolve({ status, said }));
  });
}

/**
 * The lock file with an address for each package. Ours names none, so that it says nothing of where it was made; but then
 * npm asks the registry to describe each of 460 packages before it fetches it, which is half of its work. Registries lay
 * packages out alike, and npm puts the one that is configured in the place of the host.
 */
function lockWithAddresses() {
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  for (const [place, entry] of Object.entries(lock.packages)) {
    if (place === "" || entry.link || entry.resolved || !entry.integrity) continue;
    const name = entry.name ?? place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    const file = `${name.slice(name.lastIndexOf("/") + 1)}-${entry.version}.tgz`;
    entry.resolved = `https://registry.invalid/${name}/-/${file}`;
  }
  return JSON.stringify(lock);
}

/** Installs what the lock file names. npm prefers a shrinkwrap to it: that is there for as long as this takes. */
async function install() {
  const ci = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  try {
    writeFileSync(SHRINKWRAP, lockWithAddresses());
    const installed = await npm([...ci, "--replace-registry-host=always"]);
    if (installed.status === 0) return installed;
  } finally {
    rmSync(SHRINKWRAP, { force: true });
  }
  // A registry that is laid out in another way: npm asks it for each address.
  return npm(ci);
}

/** On a terminal, counts the seconds for somebody who waits; returns what ends it. */
function countSeconds() {
  if (!process.stderr.isTTY) return () => {};
  const started = Date.now();
  const timer = setInterval(
    () => process.stderr.write(`\r  ${Math.round((Date.now() - started) / 1000)} s (about 20 s as a rule)`),
    1_000,
  );
  return () => {
    clearInterval(timer);
    process.stderr.write("\r\u001b[K");
  };
}

function fail(message, detail, hint) {
  process.stderr.write(`\nconche: setup failed: ${message}\n`);
  if (detail) process.stderr.write(`${detail.trim()}\n`);
  process.stderr.write(`  what to do: ${hint}\n`);
  process.exit(1);
}

/** The major version of the Node that npm scripts will run, or 0 when it doesn't start. */
function nodeMajorOfScripts() {
  const probe = spawnSync("node", ["--version"], {
    env: { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH ?? ""}` },
    shell: WINDOWS,
    encoding: "utf8",
  });
  return Number(/^v(\d+)\./.exec(probe.stdout ?? "")?.[1] ?? 0);
}

/** npm links a package's own command only where the package is a dependency; here it is the root. */
function linkCommand() {
  mkdirSync(BIN, { recursive: true });
  const target = join(ROOT, "bin", "conche.mjs");
  const link = join(BIN, "conche");
  rmSync(link, { force: true });
  if (WINDOWS) {
    writeFileSync(`${link}.cmd`, `@node "%~dp0\\..\\..\\bin\\conche.mjs" %*\r\n`);
  } else {
    chmodSync(target, 0o755);
    symlinkSync(join("..", "..", "bin", "conche.mjs"), link);
  }
}

const wanted = fingerprint();
const found = existsSync(STAMP) ? readFileSync(STAMP, "utf8") : "";
if (found !== wanted) {
  if (Number(process.versions.node.split(".")[0]) < 18) {
    fail(
      `Node ${process.versions.node} is too old`,
      "",
      "install Node 18 or later, then run the command again",
    );
  }
  process.stderr.write("conche: setting up (once; installs what package-lock.json names) ...\n");
  const started = Date.now();
  const stopCounting = countSeconds();
  const installed = await install();
  stopCounting();
  if (installed.status !== 0) {
    fail(
      "npm ci did not finish",
      installed.said,
      "check the network and the npm registry (npm ping), then run the command again",
    );
  }
  if (nodeMajorOfScripts() < OLDEST_NODE) {
    // npm versions that hold install scripts back leave the pinned Node without its binary: fetch it ourselves.
    spawnSync(process.execPath, ["installArchSpecificPackage.js"], {
      cwd: join(MODULES, "node"),
      env: npmEnvironment(),
      encoding: "utf8",
    });
    if (nodeMajorOfScripts() < OLDEST_NODE) {
      fail(
        `no Node ${OLDEST_NODE} or later could be set up`,
        installed.said,
        `run "npm rebuild node", or install Node ${OLDEST_NODE} or later yourself, then run the command again`,
      );
    }
  }
  try {
    await bundleTypebox();
  } catch (error) {
    fail("TypeBox could not be bundled", String(error), "remove node_modules and run the command again");
  }
  linkCommand();
  writeFileSync(STAMP, wanted);
  process.stderr.write(`conche: ready after ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
}
if (isStale()) {
  try {
    await buildDashboard();
  } catch (error) {
    fail("the dashboard could not be built", String(error), "see what the bundler says about dashboard/src");
  }
}
