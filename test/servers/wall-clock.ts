import { spawnSync } from "node:child_process";

/** What `faketime` has programs load; undefined where it isn't installed. */
const PRELOAD = preloaded();

/** Why tests that set a process's clock are skipped; false where they can. */
export const NO_FAKETIME =
  PRELOAD === undefined ? "faketime sets clocks and is not installed: apt-get install faketime" : false;

function preloaded(): string | undefined {
  const { status, stdout } = spawnSync("faketime", ["-m", "-f", "+0", "printenv", "LD_PRELOAD"], {
    encoding: "utf8",
  });
  if (status === 0) return stdout.trim();
  if (process.env.CI !== undefined) throw new Error("faketime is needed to set the clocks of processes");
  return undefined;
}

/**
 * The wrapper of a process whose wall clock is off (`+7m`, `-3600`); the other clocks, by which it waits, stay right.
 * Not the command `faketime`: that stays as the parent of what it starts, and a kill would only find the parent.
 */
export function wallClock(off: string): readonly string[] {
  return ["env", `LD_PRELOAD=${PRELOAD}`, `FAKETIME=${off}`, "FAKETIME_DONT_FAKE_MONOTONIC=1"];
}

/** The wrapper of a process whose wall clock stands still, however long the process takes. */
export function standingClock(atMs: number): readonly string[] {
  const at = new Date(atMs).toISOString().replace("T", " ").slice(0, 19);
  return [...wallClock(at), "TZ=UTC", "NO_FAKE_STAT=1"];
}
