// Installs what the Node-RED flow is tried with (deploy/node-red/package-lock.json) into .cache/node-red: 250 MB that
// nobody needs who doesn't run that test. `npm run node-red`.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(fileURLToPath(import.meta.url), "..", "..");
const SOURCE = join(ROOT, "deploy", "node-red");
const STAMP = "installed-from";

/** Where it is installed. */
export const NODE_RED_FOLDER = join(ROOT, ".cache", "node-red");

/** Whether it is there, as the lock file has it now. */
export function isInstalled() {
  const stamp = join(NODE_RED_FOLDER, STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted();
}

function wanted() {
  return readFileSync(join(SOURCE, "package-lock.json"), "utf8");
}

/** Installs it; throws what npm says where that fails. */
export function installNodeRed() {
  mkdirSync(NODE_RED_FOLDER, { recursive: true });
  rmSync(join(NODE_RED_FOLDER, STAMP), { force: true });
  for (const file of ["package.json", "package-lock.json"])
    cpSync(join(SOURCE, file), join(NODE_RED_FOLDER, file));
  // Its packages need no script of theirs to run here.
  const words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const cli = process.env.npm_execpath;
  const viaNode = cli?.endsWith(".js");
  const { status, stdout, stderr, error } = spawnSync(
    viaNode ? process.execPath : "npm",
    viaNode ? [cli, ...words] : words,
    { cwd: NODE_RED_FOLDER, encoding: "utf8", shell: !viaNode && process.platform === "win32" },
  );
  if (status !== 0) throw new Error(`npm ci in ${NODE_RED_FOLDER} failed: ${error ?? `${stdout}${stderr}`}`);
  writeFileSync(join(NODE_RED_FOLDER, STAMP), wanted());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const startedAt = Date.now();
  if (!isInstalled()) installNodeRed();
  console.log(`Node-RED is in .cache/node-red (${((Date.now() - startedAt) / 1_000).toFixed(0)} s)`);
}
