import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DOOR, startConche } from "../../test/servers/conche.ts";
import { type Figure, figure } from "../statistics.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");

/** From the start of the process to its first stored message, simulated line included. */
export async function firstMessage(runs: number): Promise<Figure[]> {
  const times: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const data = await mkdtemp(join(tmpdir(), "conche-bench-"));
    const started = performance.now();
    const conche = await startConche(
      ["up", "--data", data, "--mqtt-port", "0", "--http-port", "0"],
      [],
      DOOR,
    );
    await conche.event(({ event }) => event === "stored");
    if (run > 0) times.push((performance.now() - started) / 1000);
    await conche.stop("SIGTERM");
    await rm(data, { recursive: true, force: true });
  }
  return [figure("conche up to its first stored message", "s", times)];
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
