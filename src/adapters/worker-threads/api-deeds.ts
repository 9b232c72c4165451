import type { Desk } from "../../api/desk.ts";
import type { QuarantineWork } from "../../api/quarantine-work.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import { ConcheError } from "../../errors/conche-error.ts";

/** Who carries out in the main thread what the one that answers is asked to do. */
export interface Performers {
  /** Absent where the process has no way to a broker. */
  readonly desk?: Desk | undefined;
  /** Absent where the process doesn't write the log: the thread then looks for itself whether it may. */
  readonly quarantine?: QuarantineWork | undefined;
}

interface Deeds extends QuarantineWork {
  readonly publish: Desk["publish"];
}

/** Something to be done: by name, and with what. */
type Deed = {
  [What in keyof Deeds]: { readonly what: What; readonly with: Parameters<Deeds[What]> };
}[keyof Deeds];

/** A deed on its way from the thread. */
export interface ApiAct {
  readonly act: number;
  readonly deed: Deed;
}

/** What came of an {@link ApiAct}. */
export interface ApiActed {
  readonly acted: number;
  readonly outcome: { readonly result: unknown } | { readonly error: CrossedError };
}

/** An error as it crosses from thread to thread. */
interface CrossedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** In the main thread: carries a deed out. Never rejects. */
export async function performed({ act, deed }: ApiAct, performers: Performers): Promise<ApiActed> {
  try {
    return { acted: act, outcome: { result: await perform(deed, performers) } };
  } catch (thrown) {
    const known = thrown instanceof ConcheError ? thrown : undefined;
    const fallback = { message: "the action could not be carried out" };
    const { code, message, hint } = known ?? new ConcheError("CONCHE_INTERNAL", fallback);
    return { acted: act, outcome: { error: { code, message, hint } } };
  }
}

async function perform(deed: Deed, { desk, quarantine }: Performers): Promise<unknown> {
  if (deed.what === "publish") {
    if (desk === undefined) throw new ConcheError("CONCHE_NO_DESK", { message: "there is no desk" });
    return desk.publish(...deed.with);
  }
  if (quarantine === undefined)
    throw new ConcheError("CONCHE_INTERNAL", { message: "nobody writes the log here" });
  if (deed.what === "replay") return quarantine.replay(...deed.with);
  if (deed.what === "correct") return quarantine.correct(...deed.with);
  return quarantine.dismiss(...deed.with);
}

/** In the thread that answers: has deeds carried out by the main thread. */
export class DeedCaller {
  readonly #tell: (act: ApiAct) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  constructor(tell: (act: ApiAct) => void) {
    this.#tell = tell;
  }

  /** Publishes through the outbox of the main thread. */
  readonly desk: Desk = {
    publish: (...given) => this.#call({ what: "publish", with: given }) as ReturnType<Desk["publish"]>,
  };

  /** Writes the log between two commits of the ingester. */
  readonly quarantine: QuarantineWork = {
    replay: (...given) => this.#call({ what: "replay", with: given }) as ReturnType<QuarantineWork["replay"]>,
    correct: (...given) =>
      this.#call({ what: "correct", with: given }) as ReturnType<QuarantineWork["correct"]>,
    dismiss: (...given) =>
      this.#call({ what: "dismiss", with: given }) as ReturnType<QuarantineWork["dismiss"]>,
  };

  /** What the main thread says of a deed. */
  acted({ acted, outcome }: ApiActed): void {
    const waiting = this.#waiting.get(acted);
    this.#waiting.delete(acted);
    if ("result" in outcome) waiting?.resolve(outcome.result);
    else waiting?.reject(new ConcheError(outcome.error.code, outcome.error));
  }

  #call(deed: Deed): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(++this.#last, waiting);
    this.#tell({ act: this.#last, deed });
    return waiting.promise;
  }
}
