import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { type Figure, figure } from "../statistics.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");

/** What `--json` says, as far as this looks. */
interface Said {
  readonly event: string;
  readonly pid?: number;
}

/** From the first key of `npm start` to its first stored message, simulated line included. */
export async function firstMessage(runs: number): Promise<Figure[]> {
  const times: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const data = await mkdtemp(join(tmpdir(), "conche-bench-"));
    const seconds = await npmStart([
      "--data",
      data,
      "--mqtt-port",
      "0",
      "--http-port",
      "0",
      "--json",
      "--messages",
      "always",
    ]);
    if (run > 0) times.push(seconds);
    await rm(data, { recursive: true, force: true });
  }
  return [figure("npm start to its first stored message", "s", times)];
}

async function npmStart(options: readonly string[]): Promise<number> {
  const started = performance.now();
  const npm = spawn("npm", ["start", "--silent", "--", ...options], {
    cwd: ROOT,
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(npm, "close");
  let seconds: number | undefined;
  let pid: number | undefined;
  for await (const line of createInterface({ input: npm.stdout })) {
    const said: Said = JSON.parse(line);
    if (said.event === "started") pid = said.pid;
    if (said.event !== "stored" || seconds !== undefined) continue;
    seconds = (performance.now() - started) / 1000;
    if (pid !== undefined) process.kill(pid, "SIGTERM");
  }
  const [code] = await ended;
  if (seconds === undefined) throw new Error(`npm start ended with ${code} and had stored nothing`);
  return seconds;
}

/** The set-up of a fresh clone, with whatever the npm cache has: the first run fills it and doesn't count. */
export async function setUp(runs: number): Promise<Figure[]> {
  const times: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const folder = await mkdtemp(join(tmpdir(), "conche-clone-"));
    must("git", ["clone", "--quiet", ROOT, folder], folder);
    const started = performance.now();
    must(process.execPath, ["scripts/setup.mjs"], folder);
    if (run > 0) times.push((performance.now() - started) / 1000);
    await rm(folder, { recursive: true, force: true });
  }
  return [figure("set-up of a fresh clone, warm npm cache", "s", times)];
}

function must(program: string, words: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(program, words, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
}
