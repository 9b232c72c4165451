import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { COMPILE_CACHE, CONCHE } from "../../commands/run-conche.ts";

/** A conche process that may never get as far as to say that it runs: what it complains of, and how it ends. */
export class ConcheProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #watchers: (() => void)[] = [];
  /** What went to standard error so far. */
  err = "";

  constructor(words: readonly string[]) {
    this.#child = spawn(process.execPath, [...CONCHE, ...words], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
      for (const look of this.#watchers) look();
    });
    this.#ended = once(this.#child, "close").then(([code]) => (typeof code === "number" ? code : null));
  }

  /** Resolves when it has written something like this to standard error; rejects when it ends first. */
  async complained(pattern: RegExp): Promise<void> {
    const said = new Promise<void>((resolve) => {
      const look = () => {
        if (pattern.test(this.err)) resolve();
      };
      this.#watchers.push(look);
      look();
    });
    const ended = this.#ended.then((code) => {
      throw new Error(`ended with ${code}, and said:\n${this.err}`);
    });
    await Promise.race([said, ended]);
    ended.catch(() => {});
    this.#watchers = [];
  }

  /** Sends the signal and resolves with the exit code. */
  stop(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.#ended;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.stop("SIGKILL");
  }
}
