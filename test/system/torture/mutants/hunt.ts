import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import type { Row } from "../row.ts";
import { MUTANTS, type Mutant } from "./mutants.ts";
import { plant } from "./plant.ts";

const ROOT = resolve(import.meta.dirname, "..", "..", "..", "..");
/**
 * Rows bring their fault about by events, so that a bug shows in the first run or the second. One that shows only when a
 * kill comes at the right moment gets so many, with seeds that follow one another.
 */
const RUNS = 9;
/** What a row that chooses by the seed has to choose from. */
const TARGETS = 3;

/** Whether the row that has to catch a bug did. */
export interface Hunted {
  readonly mutant: Mutant;
  readonly caught: boolean;
  /** In which run, or after how many none did. */
  readonly runs: number;
  /** What the row found, or why it could not be run. */
  readonly found: string;
}

/**
 * Plants the bugs that these rows have to catch, one after the other, and runs the row. Tells of each one. Stopped, it
 * leaves out those that are left, and the one that it was at.
 */
export async function huntAll(
  rows: readonly Row[],
  seed: number,
  tell: (hunted: Hunted) => void,
  stop: AbortSignal,
): Promise<Hunted[]> {
  const all: Hunted[] = [];
  const numbers = rows.map(({ number }) => number);
  for (const mutant of MUTANTS.filter(({ row }) => numbers.includes(row))) {
    const hunted = await hunt(mutant, seed, stop);
    if (stop.aborted) break;
    all.push(hunted);
    tell(hunted);
  }
  return all;
}

async function hunt(mutant: Mutant, seed: number, stop: AbortSignal): Promise<Hunted> {
  const folder = mkdtempSync(join(tmpdir(), `conche-mutant-${mutant.name}-`));
  try {
    plant(mutant, ROOT, folder);
    for (let run = 1; run <= RUNS && !stop.aborted; run++) {
      const { code, out } = await torture(folder, mutant.row, seedOf(mutant, seed, run), stop);
      if (code === 0) continue;
      const [, found = out.trim().slice(-300)] = /✖ row \d+, seed \d+:\n {4}(.*)/.exec(out) ?? [];
      // Anything but "something did not hold" is no catch: the copy doesn't run at all.
      if (code !== 1 || !out.includes("✖ row")) return { mutant, caught: false, runs: run, found };
      return { mutant, caught: true, runs: run, found: found.slice(0, 160) };
    }
    return { mutant, caught: false, runs: RUNS, found: "all held" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The seed of a run: the next one, or the next that has the bug's target. */
function seedOf({ target }: Mutant, seed: number, run: number): number {
  if (target === undefined) return seed + run - 1;
  return seed + ((target - (seed % TARGETS) + TARGETS) % TARGETS) + TARGETS * (run - 1);
}

/** One run of one row, by the harness and on the sources of the copy; what it leaves goes with the copy. */
async function torture(
  folder: string,
  row: number,
  seed: number,
  stop: AbortSignal,
): Promise<{ code: number; out: string }> {
  const main = join(folder, "test", "system", "torture", "main.ts");
  const words = [main, "--row", String(row), "--seed", String(seed), "--jobs", "1"];
  const child = spawn(process.execPath, words, {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = () => child.kill("SIGTERM");
  stop.addEventListener("abort", end, { once: true });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  stop.removeEventListener("abort", end);
  return { code: Number(code), out: out + err };
}
