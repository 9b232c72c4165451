import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { ConcheError, messageOf, systemCodeOf } from "../../../errors/conche-error.ts";

/** What machines say is nobody else's on this machine. */
const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;
const WRITABLE = constants.R_OK | constants.W_OK | constants.X_OK;

/**
 * Makes the data folder where it doesn't exist, durably, and sees that it can be written to.
 * @throws ConcheError CONCHE_DATA_FOLDER
 */
export function makeDataFolder(folder: string): void {
  try {
    makeFolders(folder);
    accessSync(folder, WRITABLE);
  } catch (error) {
    const place = `the folder ${folder} can't be used`;
    throw new ConcheError("CONCHE_DATA_FOLDER", {
      message: `${place}: ${obstacle(folder) ?? messageOf(error)}`,
      cause: error,
    });
  }
}

/**
 * Makes what is missing of a path, from the outside in, one by one: Node's recursive mkdir never returns where a
 * folder can't be made although the one above exists (below /proc, for example).
 */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolders(parent);
  mkdirSync(folder, { mode: OWNER_ONLY_FOLDER });
  // A folder is only as durable as its entry in the one above.
  syncFolder(parent);
}

/**
 * What keeps a folder from being made or written, in words. The system's own say another thing: "file already
 * exists" where a file stands in the folder's place, "no such file" on a read-only disk.
 */
function obstacle(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    try {
      if (!statSync(at).isDirectory()) return `${at} is a file`;
      accessSync(at, WRITABLE);
      return undefined;
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === "EROFS") return `the disk of ${at} is read-only`;
      if (code === "EACCES" || code === "EPERM") return `this user may not write in ${at}`;
      if (at === dirname(at)) return undefined;
    }
  }
}

/**
 * Makes an empty file that its owner alone may read, where there is none. SQLite takes it for a new database, and gives
 * the files beside it the same mode; left to itself it makes them readable for everybody.
 */
export function claimFile(path: string): void {
  let file: number;
  try {
    // Exclusively: what stands in its place, a link to another file above all, is left as it is.
    file = openSync(path, "ax", OWNER_ONLY_FILE);
  } catch (error) {
    if (systemCodeOf(error) !== "EEXIST") throw error;
    closeSync(openSync(path, "a", OWNER_ONLY_FILE));
    return;
  }
  try {
    giveToFolder(file, path);
  } finally {
    closeSync(file);
  }
}

/**
 * What the system's administrator makes in a service's folder is the service's: it could not even read it otherwise.
 * SQLite does the same with the files beside it.
 */
function giveToFolder(file: number, path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  if (uid !== 0) fchownSync(file, uid, gid);
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
    const code = systemCodeOf(error);
    if (code === "ENOENT") return undefined;
    const why = code === "ENOTDIR" ? `${dirname(path)} is not a folder` : messageOf(error);
    throw new ConcheError("CONCHE_DATA_FOLDER", { message: why, cause: error });
  }
  if (!stats.isFile()) throw new ConcheError("CONCHE_DATA_FOLDER", { message: `${path} is not a file` });
  return stats.size;
}
