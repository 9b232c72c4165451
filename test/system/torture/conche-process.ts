import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type RunningConche, startConche } from "../../servers/conche.ts";
import { endWithin } from "../../servers/end-within.ts";
import type { TortureRun } from "./torture-run.ts";

/** A `conche` that runs until it is told to end: the same words and folder, and one process after the other on it. */
export class ConcheProcess {
  protected readonly run: TortureRun;
  readonly #what: string;
  readonly #words: readonly string[];
  #process: RunningConche | undefined;
  /** Every process that was ever started, for none may outlive the run, not even one that is just starting. */
  readonly #children = new Set<ChildProcess>();

  /** @param what its name in sentences: "the data center" */
  constructor(run: TortureRun, what: string, words: readonly string[]) {
    this.run = run;
    this.#what = what;
    this.#words = words;
    run.afterwards(async () => {
      const exits = Array.from(this.#children, (child) => once(child, "exit"));
      for (const child of this.#children) child.kill("SIGKILL");
      await Promise.all(exits);
    });
  }

  get pid(): number | undefined {
    return this.#process?.child.pid;
  }

  /** The process that runs, or ran last. */
  get process(): RunningConche {
    if (this.#process === undefined) throw new Error(`${this.#what} was not started`);
    return this.#process;
  }

  get running(): boolean {
    const child = this.#process?.child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Resolves when it says that it runs; rejects when it ends instead. */
  async start(wrapper: readonly string[] = [], words: readonly string[] = []): Promise<void> {
    this.run.abandoned.throwIfAborted();
    const all = [...this.#words, "--http-port", "0", "--quiet", ...words];
    const started = startConche(all, wrapper, undefined, (child) => {
      this.#children.add(child);
      child.once("exit", () => this.#children.delete(child));
    });
    this.#process = await this.run.within(`${this.#what} starts`, started);
  }

  /** Resolves when it is ready: with another broker, that it has its subscription. */
  async ready(): Promise<void> {
    await this.run.until(`${this.#what} is ready`, async () => {
      const { status } = await this.process.page("/readyz");
      return status === 200;
    });
  }

  /** The sum of a metric over all of its labels. */
  async metric(name: string): Promise<number> {
    const { text } = await this.process.page("/metrics");
    const lines = text.split("\n").filter((line) => [" ", "{"].some((end) => line.startsWith(name + end)));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  }

  async kill(): Promise<void> {
    if (!this.running) return;
    this.run.kills++;
    await this.#process?.stop("SIGKILL");
  }

  /** Resolves with the exit code when the process has ended by itself, or was killed from elsewhere. */
  async ended(): Promise<number | null> {
    return this.run.within(`${this.#what} ends`, this.process.ended);
  }

  /**
   * SIGTERM; notes a violation when it doesn't end with 0.
   * @param withinMs when it has to be done, on a machine that lets it run; of interest to one row only
   */
  async endInOrder(withinMs = Number.POSITIVE_INFINITY): Promise<void> {
    const { errors } = this.process;
    const code = await this.run.within(`${this.#what} ends`, endWithin(this.process, withinMs));
    this.run.require(code === 0, `${this.#what} ended with ${code ?? "SIGKILL"}: ${errors.join("; ")}`);
  }
}
