import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/**
 * Makes a folder that only its owner may look into; closes one that is open.
 * @throws ConcheError CONCHE_OUTPUT_UNWRITABLE
 */
export async function makeOwnedFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: OWNER_ONLY_FOLDER });
    await chmod(path, OWNER_ONLY_FOLDER);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/**
 * Writes a file that only its owner may read, as a whole: who finds it finds all of it, and it is on disk. Folders that
 * are missing are made. What stood there before is replaced.
 * @throws ConcheError CONCHE_OUTPUT_UNWRITABLE, leaving nothing behind
 */
export async function writeOwnedFile(path: string, content: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER });
    {
      await using file = await open(draft, "wx", OWNER_ONLY_FILE);
      await file.writeFile(content);
      await file.sync();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): ConcheError {
  return new ConcheError("CONCHE_OUTPUT_UNWRITABLE", {
    message: `${path} can't be written: ${messageOf(cause)}`,
    cause,
  });
}
