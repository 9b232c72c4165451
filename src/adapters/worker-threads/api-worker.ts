import { Worker } from "node:worker_threads";
import { timeLimit } from "../../api/deadline.ts";
import { type ApiAnswer, type ApiRequest, problemAnswer } from "../../api/door.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { HealthReport } from "../../ingest/health.ts";
import type { PlantDocument } from "../../plant/schema/plant-document.ts";
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
  readonly id: number;
  readonly request: ApiRequest;
  /** As of the question: only the main thread knows. */
  readonly health: HealthReport;
}

/** What it says: once that it is ready, then its answers. */
export type ApiReply = "ready" | ApiAct | { readonly id: number; readonly answer: ApiAnswer };

interface Waiting {
  readonly call: ApiCall;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (answer: ApiAnswer) => void;
}

/** Questions that may wait; one more is told to come again. */
const MOST_WAITING = 200;
/** The thread keeps the limit by itself wherever it can look at the time; what goes on beyond is ended from here. */
const GRACE_MS = 1_000;
/** Beyond the limit, the longest that a question waits for its turn and for a thread that is starting. */
const LONGEST_WAIT_MS = 10_000;
const HEAP = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };

/**
 * Answers questions in a thread of its own, one after the other: whoever takes messages never waits for a question,
 * and one that would take for ever is ended with its thread.
 */
export class ApiWorker {
  readonly #file: URL;
  readonly #order: ApiOrder;
  readonly #waiting = new Map<number, Waiting>();
  readonly #performers: Performers;
  #worker: Worker;
  #lastId = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** The thread has started: time counts from then on. */
  #ready = false;
  /** The question that the thread is at: the first of those that wait. The others can still be taken back. */
  #asked: number | undefined;

  constructor(file: URL, order: Omit<ApiOrder, "acts" | "writes">, performers: Performers = {}) {
    this.#file = file;
    const { desk, quarantine } = performers;
    this.#order = { ...order, acts: desk !== undefined, writes: quarantine !== undefined };
    this.#performers = performers;
    this.#worker = this.#start();
  }

  /**
   * Never rejects: what goes wrong is an answer, too.
   * @param gone nobody waits for the answer any more: it isn't made where it has not begun
   */
  ask(request: ApiRequest, health: HealthReport, gone?: AbortSignal): Promise<ApiAnswer> {
    if (this.#closed || this.#waiting.size >= MOST_WAITING) {
      const message = `${this.#waiting.size} questions wait for their answer`;
      return Promise.resolve(
        problemAnswer(
          new ConcheError("CONCHE_TIME_LIMIT", { message, hint: "ask again in a moment", retryable: true }),
        ),
      );
    }
    return new Promise((resolve) => {
      const call = { id: ++this.#lastId, request, health };
      const timer = setTimeout(
        () => this.#settle(call.id, problemAnswer(timeLimit(this.#order.limitMs))),
        this.#order.limitMs + LONGEST_WAIT_MS,
      );
      timer.unref();
      this.#waiting.set(call.id, { call, timer, resolve });
      gone?.addEventListener("abort", () => {
        if (call.id !== this.#asked) this.#settle(call.id, problemAnswer(gone.reason));
      });
      this.#askNext();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#worker.terminate();
    for (const { timer, resolve } of this.#waiting.values()) {
      clearTimeout(timer);
      resolve(problemAnswer(new ConcheError("CONCHE_SHUTTING_DOWN", { message: "the server is stopping" })));
    }
    this.#waiting.clear();
  }

  #start(): Worker {
    const worker = new Worker(this.#file, { workerData: this.#order, execArgv: [], resourceLimits: HEAP });
    worker.on("message", (reply: ApiReply) => {
      if (worker !== this.#worker) return;
      if (reply !== "ready" && "act" in reply) return void this.#act(worker, reply);
      if (reply !== "ready") return this.#settle(reply.id, reply.answer);
      this.#ready = true;
      this.#watchFirst();
    });
    worker.on("error", () => {});
    worker.on("exit", () => {
      if (!this.#closed && worker === this.#worker) this.#replace("the question ended its thread");
    });
    worker.unref();
    return worker;
  }

  /** Whoever acts outlives the threads that answer: an outbox is opened once. */
  async #act(worker: Worker, act: ApiAct): Promise<void> {
    worker.postMessage(await performed(act, this.#performers));
  }

  #settle(id: number, answer: ApiAnswer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.resolve(answer);
    if (id === this.#asked) this.#asked = undefined;
    this.#askNext();
  }

  /** One at a time: what waits here can be taken back, what waits at the thread can't. */
  #askNext(): void {
    const [first] = this.#waiting.values();
    if (first === undefined || this.#asked !== undefined) return;
    this.#asked = first.call.id;
    try {
      this.#worker.postMessage(first.call);
    } catch (error) {
      // What can't be copied to another thread would fail at the next one, too.
      this.#settle(first.call.id, problemAnswer(error));
      return;
    }
    this.#watchFirst();
  }

  #watchFirst(): void {
    clearTimeout(this.#timer);
    if (this.#asked === undefined || !this.#ready) return;
    this.#timer = setTimeout(() => this.#replace(undefined), this.#order.limitMs + GRACE_MS);
    this.#timer.unref();
  }

  /** Ends the thread with the question it is at; those that wait behind it go to the next one. */
  #replace(why: string | undefined): void {
    const before = this.#worker;
    this.#ready = false;
    this.#worker = this.#start();
    void before.terminate();
    if (this.#asked === undefined) return;
    const error =
      why === undefined
        ? timeLimit(this.#order.limitMs)
        : new ConcheError("CONCHE_INTERNAL", { message: why });
    this.#settle(this.#asked, problemAnswer(error));
  }
}
