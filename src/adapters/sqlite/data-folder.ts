import { closeSync, fsyncSync, mkdirSync, openSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { ConcheError, messageOf, systemCodeOf } from "../../errors/conche-error.ts";
import type { LogFiles } from "./log-files.ts";

/**
 * Makes the data folder where it doesn't exist, durably.
 * @throws ConcheError CONCHE_DATA_FOLDER
 */
export function makeDataFolder(folder: string): void {
  try {
    const outermost = mkdirSync(folder, { recursive: true });
    if (outermost === undefined) return;
    // A folder is only as durable as its entry in the one above.
    for (let made = folder; made.length >= outermost.length; made = dirname(made)) syncFolder(dirname(made));
  } catch (error) {
    throw new ConcheError("CONCHE_DATA_FOLDER", {
      message: `the data folder ${folder} can't be made: ${messageOf(error)}`,
      cause: error,
    });
  }
}

/** Makes the entries of a folder durable where the system offers that (Windows does it by itself). */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * The size of a file in bytes, or undefined where there is none.
 * @throws ConcheError CONCHE_DATA_FOLDER when that can't be told
 */
export function fileSize(path: string): number | undefined {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw new ConcheError("CONCHE_DATA_FOLDER", { message: messageOf(error), cause: error });
  }
  if (!stats.isFile()) throw new ConcheError("CONCHE_DATA_FOLDER", { message: `${path} is not a file` });
  return stats.size;
}

/**
 * Refuses a folder without a log.
 * @throws ConcheError CONCHE_LOG_MISSING, CONCHE_DATA_FOLDER
 */
export function requireLog(files: LogFiles): void {
  if (fileSize(files.database) === undefined) {
    throw new ConcheError("CONCHE_LOG_MISSING", { message: `there is no log in ${files.folder}` });
  }
}
