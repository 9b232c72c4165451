import { ConcheError } from "../../errors/conche-error.ts";

/** What a search for a broker is about. */
export interface BrokerSearchOptions {
  /** The broker's address, as it may be shown. */
  readonly address: string;
  /** The time that the run has, seconds; null without one. */
  readonly forSeconds: number | null;
  /** What to do when nobody is there; what the last failure says unless given. */
  readonly hint?: string;
  readonly onTrouble: (error: ConcheError) => void;
}

/** A broker looked for until a run ends, and why it was not found. */
export class BrokerSearch {
  readonly #options: BrokerSearchOptions;
  #last: ConcheError | undefined;

  constructor(options: BrokerSearchOptions) {
    this.#options = options;
  }

  /** Hears of what goes wrong on the way, and passes it on. */
  readonly troubled = (error: ConcheError): void => {
    this.#last = error;
    this.#options.onTrouble(error);
  };

  /** What was connected; undefined when the run ended first. */
  async found<T>(connecting: Promise<T>): Promise<T | undefined> {
    try {
      return await connecting;
    } catch (error) {
      if (error instanceof ConcheError && error.code === "CONCHE_SHUTTING_DOWN") return undefined;
      throw error;
    }
  }

  /** Whether anything went wrong on the way. */
  get hadTrouble(): boolean {
    return this.#last !== undefined;
  }

  /** What a run that had its time ends with: a line that has said nothing, as nobody was there, is no success. */
  failure(): ConcheError {
    const { address, forSeconds, hint } = this.#options;
    const why = this.#last === undefined ? "no answer" : this.#last.message;
    const message = `${address} was not reached within ${forSeconds} s: ${why}`;
    const advice = hint ?? this.#last?.hint;
    return new ConcheError("CONCHE_BROKER_UNREACHABLE", {
      message,
      ...(advice === undefined ? {} : { hint: advice }),
      retryable: true,
    });
  }
}
