import { ConcheError } from "../errors/conche-error.ts";
import type { CommitGroup } from "../log/message-log.ts";

/** Writes the log, and tells of each group that it has committed. */
export type LogWork<Result> = (committed: (group: CommitGroup) => void) => Promise<Result>;

/** Work of others on the log that may wait; each came with a request of 64 KiB at most. */
const MOST_TURNS = 20;

interface Turn {
  readonly take: () => Promise<void>;
  readonly refuse: (error: ConcheError) => void;
}

/** Work of others on the log that waits for its turn between two groups of the ingester. */
export class LogTurns {
  readonly #takeOver: (groups: readonly CommitGroup[]) => Promise<void>;
  readonly #turns: Turn[] = [];

  /** @param takeOver is given what a turn has committed, before whoever asked hears of it */
  constructor(takeOver: (groups: readonly CommitGroup[]) => Promise<void>) {
    this.#takeOver = takeOver;
  }

  get waiting(): number {
    return this.#turns.length;
  }

  /**
   * @returns what the work comes to, once it had its turn
   * @throws ConcheError CONCHE_TIME_LIMIT where too much waits, what it is refused with, and whatever the work throws
   */
  async add<Result>(work: LogWork<Result>): Promise<Result> {
    if (this.#turns.length >= MOST_TURNS) {
      const [message, hint] = [`${MOST_TURNS} other changes of the log wait`, "ask again in a moment"];
      throw new ConcheError("CONCHE_TIME_LIMIT", { message, hint, retryable: true });
    }
    const asked = Promise.withResolvers<Result>();
    this.#turns.push({ take: () => this.#let(work, asked), refuse: asked.reject });
    return asked.promise;
  }

  /** Lets the next one work, if any waits. Rejects only where what it has committed can't be taken over. */
  async take(): Promise<void> {
    await this.#turns.shift()?.take();
  }

  refuse(error: ConcheError): void {
    for (const turn of this.#turns.splice(0)) turn.refuse(error);
  }

  async #let<Result>(work: LogWork<Result>, asked: PromiseWithResolvers<Result>): Promise<void> {
    const groups: CommitGroup[] = [];
    let settle: () => void;
    try {
      const result = await work((group) => groups.push(group));
      settle = () => asked.resolve(result);
    } catch (error) {
      settle = () => asked.reject(error);
    }
    try {
      if (groups.length > 0) await this.#takeOver(groups);
    } finally {
      settle();
    }
  }
}
