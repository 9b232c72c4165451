import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConcheError } from "../../../errors/conche-error.ts";
import { claimFile } from "../database/data-folder.ts";
import { viewsFiles } from "../database/database-files.ts";

/** What is kept of what the reader was told, characters. */
const MOST_CHARACTERS = 500;

/**
 * What a reader found of the views' file, for the process that keeps it: that one has the pages in memory which it
 * needs, and may never look at those on disk. A file beside them, since any process may read, and what would be written
 * into a damaged database is lost with it.
 */
export class DamageReport {
  readonly #database: string;
  readonly #report: string;

  constructor(folder: string) {
    this.#database = viewsFiles(folder).database;
    this.#report = join(folder, "views.damaged");
  }

  /**
   * Tells of it. Where that can't be written (a read-only folder) nobody keeps these views either.
   * @param file which file it was, as {@link identityOf} has it
   */
  tell(file: string, why: string): void {
    try {
      claimFile(this.#report);
      writeFileSync(this.#report, `${file}\n${why.slice(0, MOST_CHARACTERS)}`);
    } catch {
      // Whoever asks hears of the damage in any case.
    }
  }

  /** @throws ConcheError CONCHE_VIEWS_DAMAGED where the file that is there now is the one that was told of */
  check(): void {
    const told = this.#read();
    if (told === undefined) return;
    const [file, why = ""] = told.split("\n");
    if (file === identityOf(this.#database)) {
      throw new ConcheError("CONCHE_VIEWS_DAMAGED", { message: `a reader found: ${why}` });
    }
    this.forget();
  }

  /** The file that was told of is gone. */
  forget(): void {
    rmSync(this.#report, { force: true });
  }

  /** Undefined where nothing is told of that this process may read, or not all of it yet. */
  #read(): string | undefined {
    if (statSync(this.#report, { throwIfNoEntry: false }) === undefined) return undefined;
    try {
      const text = readFileSync(this.#report, "utf8");
      return text.includes("\n") ? text : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Which file is at a path: device and inode; empty while there is none. */
export function identityOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.dev}:${stats.ino}`;
}
