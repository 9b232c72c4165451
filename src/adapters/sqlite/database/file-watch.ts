import { type BigIntStats, statSync } from "node:fs";
import { ConcheError, messageOf, systemCodeOf } from "../../../errors/conche-error.ts";
import type { DatabaseFiles } from "./database-files.ts";

/**
 * Notices that the log's files were deleted or replaced under the running process. SQLite would go on writing into
 * files that no name leads to any more, and everything acknowledged from then on would be gone with the process.
 * Two calls of stat per commit, 5 us.
 */
export class FileWatch {
  readonly #watched: readonly (readonly [path: string, identity: string])[];

  /** To be made when database and write-ahead log exist. */
  constructor(files: DatabaseFiles) {
    this.#watched = [files.database, files.wal].map((path) => [path, identityOf(path)]);
  }

  /** @throws ConcheError CONCHE_LOG_IO, not retryable */
  check(): void {
    for (const [path, identity] of this.#watched) {
      if (identityOf(path) !== identity) {
        throw new ConcheError("CONCHE_LOG_IO", {
          message: `the file was replaced while the log was open: ${path}`,
          hint: "stop whatever changes the data folder, and start again",
        });
      }
    }
  }
}

function identityOf(path: string): string {
  let stats: BigIntStats;
  try {
    stats = statSync(path, { bigint: true });
  } catch (error) {
    throw new ConcheError("CONCHE_LOG_IO", {
      message: `a file of the log is gone while the log was open: ${systemCodeOf(error) === "ENOENT" ? path : messageOf(error)}`,
      hint: "stop whatever changes the data folder, and start again",
      cause: error,
    });
  }
  return `${stats.dev}:${stats.ino}`;
}
