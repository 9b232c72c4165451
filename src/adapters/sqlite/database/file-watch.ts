import { type BigIntStats, statSync } from "node:fs";
import { ConcheError, messageOf, systemCodeOf } from "../../../errors/conche-error.ts";
import type { DatabaseFiles } from "./database-files.ts";

/**
 * Notices that the log's files were deleted, replaced or emptied under the running process. SQLite would go on writing
 * into files that no name leads to any more, and everything acknowledged from then on would be gone with the process.
 * Two calls of stat per commit, 5 us.
 */
export class FileWatch {
  readonly #watched: readonly (readonly [path: string, identity: string])[];
  readonly #database: string;
  /** Nothing makes a database shorter here: nobody vacuums. */
  #size = 0n;

  /** To be made when database and write-ahead log exist. */
  constructor(files: DatabaseFiles) {
    this.#database = files.database;
    this.#watched = [files.database, files.wal].map((path) => [path, identityOf(statsOf(path))]);
  }

  /** @throws ConcheError CONCHE_LOG_IO, not retryable */
  check(): void {
    for (const [path, identity] of this.#watched) {
      const stats = statsOf(path);
      if (identityOf(stats) !== identity) {
        throw new ConcheError("CONCHE_LOG_IO", {
          message: `the file was replaced while the log was open: ${path}`,
          hint: "stop whatever changes the data folder, and start again",
        });
      }
      if (path === this.#database) this.#requireNoShorter(stats.size);
    }
  }

  #requireNoShorter(size: bigint): void {
    if (size < this.#size) {
      throw new ConcheError("CONCHE_LOG_IO", {
        message: `the file was cut short while the log was open, from ${this.#size} to ${size} bytes: ${this.#database}`,
        hint: "stop whatever changes the data folder, and start again",
      });
    }
    this.#size = size;
  }
}

function statsOf(path: string): BigIntStats {
  try {
    return statSync(path, { bigint: true });
  } catch (error) {
    throw new ConcheError("CONCHE_LOG_IO", {
      message: `a file of the log is gone while the log was open: ${systemCodeOf(error) === "ENOENT" ? path : messageOf(error)}`,
      hint: "stop whatever changes the data folder, and start again",
      cause: error,
    });
  }
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
