import { Worker } from "node:worker_threads";
import { timeLimit } from "../../api/deadline.ts";
import type { ApiAnswer, ApiRequest } from "../../api/door.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { HealthReport } from "../../ingest/health.ts";
import type { PlantDocument } from "../../plant/schema/plant-document.ts";
import type { Cancel, Clock } from "../../time/clock.ts";
import { type ApiAct, type Performers, performed } from "./api-deeds.ts";

/** What the thread that answers is started with. */
export interface ApiOrder {
  readonly folder: string;
  readonly plant: PlantDocument;
  readonly version: string;
  /** For one answer, milliseconds. */
  readonly limitMs: number;
  /** Whether people are told of what stands. */
  readonly notifies: boolean;
  /** Whether what people do can be published. */
  readonly acts: boolean;
  /** Whether the process writes the log: nobody else may then. */
  readonly writes: boolean;
}

/** A request for the thread to answer. */
export interface ApiCall {
  readonly request: ApiRequest;
  /** As of the question: only the main thread knows. */
  readonly health: HealthReport;
}

/** What it says: once that it is ready, then its answers, in the order of the calls. */
export type ApiReply = "ready" | ApiAct | { readonly answer: ApiAnswer };

/** What a thread is made with, and who hears of it. */
export interface AnswerThreadOptions {
  readonly file: URL;
  readonly order: ApiOrder;
  readonly performers: Performers;
  readonly after: Clock["after"];
  /** It can be asked: it has started, or answered (then with the answer). */
  readonly onFree: (answer?: ApiAnswer) => void;
  /** It has ended by itself, or for a question that took too long, and why. */
  readonly onEnd: (why: ConcheError) => void;
}

/** The thread keeps the limit by itself wherever it can look at the time; what goes on beyond is ended from here. */
const GRACE_MS = 1_000;
const HEAP = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };

/** A thread that answers one question at a time, and is ended with one that would take for ever. */
export class AnswerThread {
  readonly #options: AnswerThreadOptions;
  readonly #worker: Worker;
  #cancel: Cancel = () => {};
  #isReady = false;
  #isOver = false;

  constructor(options: AnswerThreadOptions) {
    this.#options = options;
    const { file, order } = options;
    this.#worker = new Worker(file, { workerData: order, execArgv: [], resourceLimits: HEAP });
    this.#worker.on("message", (reply: ApiReply) => this.#hear(reply));
    this.#worker.on("error", () => {});
    this.#worker.on("exit", () =>
      this.#over(new ConcheError("CONCHE_INTERNAL", { message: "the question ended its thread" })),
    );
    this.#worker.unref();
  }

  /** It has started: what waits for that can be taken back, what waits at the thread can't. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Throws what can't be copied to another thread. */
  ask(call: ApiCall): void {
    this.#worker.postMessage(call);
    const { after, order } = this.#options;
    this.#cancel = after(order.limitMs + GRACE_MS, () => this.#over(timeLimit(order.limitMs)));
  }

  /** Nobody hears of it any more. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#cancel();
    await this.#worker.terminate();
  }

  #hear(reply: ApiReply): void {
    if (this.#isOver) return;
    if (reply !== "ready" && "act" in reply) return void this.#act(reply);
    this.#cancel();
    this.#isReady = true;
    this.#options.onFree(reply === "ready" ? undefined : reply.answer);
  }

  #over(why: ConcheError): void {
    if (this.#isOver) return;
    void this.end();
    this.#options.onEnd(why);
  }

  /** Whoever acts outlives the threads that answer: an outbox is opened once. */
  async #act(act: ApiAct): Promise<void> {
    this.#worker.postMessage(await performed(act, this.#options.performers));
  }
}
