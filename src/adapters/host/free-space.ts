import { statfsSync } from "node:fs";

/** Bytes that are free for this user where a folder is; undefined where that can't be told. */
export function freeSpace(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
