import { Worker } from "node:worker_threads";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import type { HistorySource } from "../../ingest/backfill.ts";
import type { DeliveredMessage } from "../../mqtt/delivery.ts";
import type { HistoryOrder, HistoryReply, HistoryRequest } from "./history-order.ts";
import { deliveredMessages, type MessageBatch } from "./message-batch.ts";

/** The sources run as TypeScript, the package as JavaScript; the thread is a file of the same kind. */
const THREAD = new URL(
  import.meta.url.endsWith(".ts") ? "./history-thread.ts" : "./history-thread.js",
  import.meta.url,
);

/** Batches that may wait to be taken. Two keep both threads busy; a third covers a slow commit. */
const BATCHES_AHEAD = 3;

/** The thread's heap: a portion of the simulation lives for a few milliseconds. */
const HEAP = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 512 };

/** A history that is simulated in a thread of its own, a few batches ahead of whoever takes it. */
export class ThreadedHistory implements HistorySource {
  readonly #worker: Worker;
  readonly #ready: MessageBatch[] = [];
  #end: "no" | "ended" | ConcheError = "no";
  #onReply: () => void = () => {};

  constructor(order: HistoryOrder) {
    this.#worker = new Worker(THREAD, { workerData: order, execArgv: [], resourceLimits: HEAP });
    this.#worker.on("message", (reply: HistoryReply) => this.#replied(reply));
    this.#worker.on("error", (cause) => this.#ended(threadFailed(messageOf(cause), cause)));
    this.#worker.on("exit", () => this.#ended(threadFailed("it ended early")));
    for (let batch = 0; batch < BATCHES_AHEAD; batch++) this.#request("more");
  }

  end(): void {
    this.#request("end");
  }

  async next(): Promise<readonly DeliveredMessage[] | undefined> {
    for (;;) {
      const batch = this.#ready.shift();
      if (batch !== undefined) {
        this.#request("more");
        return deliveredMessages(batch);
      }
      if (this.#end === "ended") return undefined;
      if (this.#end !== "no") throw this.#end;
      await new Promise<void>((resolve) => {
        this.#onReply = resolve;
      });
    }
  }

  async close(): Promise<void> {
    this.#ended("ended");
    await this.#worker.terminate();
  }

  #request(request: HistoryRequest): void {
    this.#worker.postMessage(request);
  }

  #replied(reply: HistoryReply): void {
    if (reply.kind === "batch") {
      this.#ready.push(reply.batch);
      this.#onReply();
    } else if (reply.kind === "ended") this.#ended("ended");
    else this.#ended(new ConcheError(reply.code, { message: reply.message, hint: reply.hint }));
  }

  #ended(how: "ended" | ConcheError): void {
    if (this.#end === "no") this.#end = how;
    this.#onReply();
  }
}

function threadFailed(why: string, cause?: unknown): ConcheError {
  return new ConcheError("CONCHE_INTERNAL", { message: `the simulation's thread failed: ${why}`, cause });
}
