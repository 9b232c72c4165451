import { stat } from "node:fs/promises";

const OTHERS = 0o007;

/**
 * Whether every user of this machine may read or enter a file or folder. False where there is none, and on Windows,
 * where modes say nothing.
 */
export async function readableByOthers(path: string): Promise<boolean> {
  if (process.platform === "win32") return false;
  try {
    return ((await stat(path)).mode & OTHERS) !== 0;
  } catch {
    return false; // whoever needs it will say so
  }
}
