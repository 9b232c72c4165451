import { type FSWatcher, watch } from "node:fs";

/** The longest that a commit stays unnoticed where the system tells nothing of files (a network drive). */
const LOOK_EVERY_MS = 1_000;

/** Hears of the commits of another process: after each one it writes the mark beside the database. */
export class CommitWatch {
  readonly #lookEveryMs: number;
  #watcher: FSWatcher | undefined;
  /** The mark was written since the last wait. */
  #written = false;
  #wake: () => void = () => {};

  constructor(mark: string, lookEveryMs = LOOK_EVERY_MS) {
    this.#lookEveryMs = lookEveryMs;
    try {
      this.#watcher = watch(mark, () => this.#notice());
      this.#watcher.on("error", () => this.close());
    } catch {
      // No mark, or nothing that tells of it: what is left is to look now and then.
    }
  }

  /** Resolves after the next commit, or one since the last call; true when it is worth looking, false once aborted. */
  async committed(signal: AbortSignal): Promise<boolean> {
    if (!this.#written && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#lookEveryMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener("abort", this.#wake, { once: true });
      });
      signal.removeEventListener("abort", this.#wake);
      this.#wake = () => {};
    }
    this.#written = false;
    return !signal.aborted;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #notice(): void {
    this.#written = true;
    this.#wake();
  }
}
