import { Worker } from "node:worker_threads";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import type { HistorySource } from "../../ingest/backfill.ts";
import type { DeliveredMessage } from "../../mqtt/delivery.ts";
import type { OpenBatch } from "../../simulator/story/chapter.ts";
import type { StoryMessage } from "../../simulator/story/story.ts";
import { deliveredMessages, type MessageBatch } from "./message-batch.ts";
import type { StoryOrder, StoryReply, StoryRequest } from "./story-order.ts";

/** The sources run as TypeScript, the package as JavaScript; the thread is a file of the same kind. */
const THREAD = new URL(
  import.meta.url.endsWith(".ts") ? "./story-thread.ts" : "./story-thread.js",
  import.meta.url,
);

/** Batches that may wait to be taken. Two keep both threads busy; a third covers a slow commit. */
const BATCHES_AHEAD = 3;

/** The thread's heap: a portion of the simulation lives for a few milliseconds. */
const HEAP = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 512 };

type Waiting = PromiseWithResolvers<readonly StoryMessage[]>;

/**
 * A story that is simulated in a thread of its own: its past a few batches ahead of whoever takes it, its present a
 * stretch of time at each request.
 */
export class ThreadedStory implements HistorySource {
  readonly #worker: Worker;
  readonly #ready: MessageBatch[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #onReached: (atMs: number) => void;
  #past: "told" | "over" | ConcheError = "told";
  #failure: ConcheError | undefined;
  #openBatches: readonly OpenBatch[] = [];
  #onReply: () => void = () => {};

  /** @param onReached hears now and then how far the past was gone through, known or not, ms since 1970 */
  constructor(order: StoryOrder, onReached: (atMs: number) => void = () => {}) {
    this.#onReached = onReached;
    this.#worker = new Worker(THREAD, { workerData: order, execArgv: [], resourceLimits: HEAP });
    this.#worker.on("message", (reply: StoryReply) => this.#replied(reply));
    this.#worker.on("error", (cause) => this.#failed(threadFailed(messageOf(cause), cause)));
    this.#worker.on("exit", () => this.#failed(threadFailed("it ended early")));
    for (let batch = 0; batch < BATCHES_AHEAD; batch++) this.#request({ kind: "more" });
  }

  /** Batches on the line after what was told last. */
  get openBatches(): readonly OpenBatch[] {
    return this.#openBatches;
  }

  end(): void {
    this.#request({ kind: "end" });
  }

  async next(): Promise<readonly DeliveredMessage[] | undefined> {
    for (;;) {
      const batch = this.#ready.shift();
      if (batch !== undefined) {
        this.#request({ kind: "more" });
        return deliveredMessages(batch);
      }
      if (this.#past === "over") return undefined;
      if (this.#past !== "told") throw this.#past;
      await new Promise<void>((resolve) => {
        this.#onReply = resolve;
      });
    }
  }

  /** After the past: what is said up to `untilMs` and was not told before. */
  advance(untilMs: number): Promise<readonly StoryMessage[]> {
    return this.#asked({ kind: "advance", untilMs });
  }

  /** The present ends: every machine's OFFLINE. */
  farewell(atMs: number): Promise<readonly StoryMessage[]> {
    return this.#asked({ kind: "farewell", atMs });
  }

  async close(): Promise<void> {
    this.#failed(new ConcheError("CONCHE_SHUTTING_DOWN", { message: "the simulation is closed" }));
    await this.#worker.terminate();
  }

  #asked(request: StoryRequest): Promise<readonly StoryMessage[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const waiting = Promise.withResolvers<readonly StoryMessage[]>();
    this.#waiting.push(waiting);
    this.#request(request);
    return waiting.promise;
  }

  #request(request: StoryRequest): void {
    this.#worker.postMessage(request);
  }

  #replied(reply: StoryReply): void {
    switch (reply.kind) {
      case "batch":
        this.#ready.push(reply.batch);
        break;
      case "reached":
        this.#onReached(reply.atMs);
        break;
      case "past-over":
        this.#past = "over";
        break;
      case "told":
        this.#openBatches = reply.openBatches;
        this.#waiting.shift()?.resolve(reply.messages);
        break;
      case "failed":
        this.#failed(new ConcheError(reply.code, { message: reply.message, hint: reply.hint }));
        break;
    }
    this.#onReply();
  }

  #failed(error: ConcheError): void {
    this.#failure ??= error;
    if (this.#past === "told") this.#past = this.#failure;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
    this.#onReply();
  }
}

function threadFailed(why: string, cause?: unknown): ConcheError {
  return new ConcheError("CONCHE_INTERNAL", { message: `the simulation's thread failed: ${why}`, cause });
}
