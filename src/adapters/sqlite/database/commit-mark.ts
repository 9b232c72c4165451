import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { systemCodeOf } from "../../../errors/conche-error.ts";

/** A log's identity and how many commits it is known to have made. */
export interface KnownCommits {
  readonly logId: string;
  readonly commits: number;
}

const FORM = /^([0-9a-f-]{36}) ([0-9]{16})\n$/;

/**
 * The number of the last commit, in a file beside the database.
 *
 * WHY: when a page of the write-ahead log is damaged, SQLite drops it and everything after it without a word, as it
 * must with the half-written end of a crash; a removed log, or a database put back to an earlier state, looks the
 * same. The mark is written after each commit (not synced: it costs 2 us), so it never claims more than was
 * committed, and a database that knows less than the mark has lost something.
 */
export class CommitMark {
  readonly #handle: number;
  readonly #logId: string;

  constructor(path: string, logId: string) {
    this.#handle = openSync(path, openFlags(path));
    this.#logId = logId;
  }

  /** Notes that a commit is durable. */
  write(commits: number): void {
    try {
      // Always the same length, so the file never needs room that a full disk hasn't got.
      writeSync(this.#handle, `${this.#logId} ${String(commits).padStart(16, "0")}\n`, 0);
    } catch {
      // The commit is durable all the same; the mark stays where it was, which is still true.
    }
  }

  close(): void {
    closeSync(this.#handle);
  }
}

/** What the mark says, or undefined where there is none that can be read. */
export function readMark(path: string): KnownCommits | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    // Neither without the file nor without the folder (ENOTDIR: a file stands in its place) is there a mark.
    const code = systemCodeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  const [, logId, commits] = FORM.exec(text) ?? [];
  return logId === undefined || commits === undefined ? undefined : { logId, commits: Number(commits) };
}

function openFlags(path: string): string {
  return readMark(path) === undefined ? "w" : "r+";
}
