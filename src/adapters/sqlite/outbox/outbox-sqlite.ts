import { Worker } from "node:worker_threads";
import type { Publisher } from "../../../contract/identity.ts";
import type {
  AppendNotes,
  AppendOutcome,
  Holding,
  NewMessage,
  Outbox,
  OutboxMemory,
  PublisherHolding,
  ReadOutcome,
} from "../../../edge/outbox.ts";
import { ConcheError } from "../../../errors/conche-error.ts";
import type { SeqRange } from "../../../sequence/seq-range.ts";
import { entryOf, messageOf } from "./outbox-entry.ts";
import type { OutboxOptions } from "./outbox-open.ts";
import { errorOf, type OutboxCalls, type OutboxReply } from "./outbox-worker-message.ts";
import { packNew, transferred, unpack } from "./packed-entries.ts";

interface Call {
  readonly resolve: (gives: never) => void;
  readonly reject: (error: ConcheError) => void;
}

/** The sources run as TypeScript, the package as JavaScript; the worker is a file of the same kind. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./outbox-worker.ts" : "./outbox-worker.js",
  import.meta.url,
);

/**
 * The thread's heap. Groups and portions of a few megabytes pass through it; left to itself, V8 would take 90 MB more
 * for that (measured over 200,000 messages).
 */
const HEAP = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 };

/** The outbox in SQLite, in a thread of its own. */
export class SqliteOutbox implements Outbox {
  readonly leftovers: readonly PublisherHolding[];
  readonly memory: OutboxMemory;
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  #lastId = 0;
  #ended: ConcheError | undefined;

  private constructor(worker: Worker, leftovers: readonly PublisherHolding[], memory: OutboxMemory) {
    this.#worker = worker;
    this.leftovers = leftovers;
    this.memory = memory;
    worker.on("message", (reply: OutboxReply) => this.#replied(reply));
    worker.on("error", (cause) => this.#end(threadFailed(cause)));
    worker.on("exit", () => this.#end(threadFailed(undefined)));
    // An outbox without anything to do keeps no process alive.
    worker.unref();
  }

  /**
   * Opens the outbox in a folder, making what isn't there.
   * @throws ConcheError as `openOutboxDatabase`
   */
  static open(options: OutboxOptions, nowMs: number): Promise<SqliteOutbox> {
    const worker = new Worker(WORKER, { workerData: { options, nowMs }, execArgv: [], resourceLimits: HEAP });
    return new Promise((resolve, reject) => {
      const failed = (cause?: unknown) => reject(threadFailed(cause));
      worker.once("error", failed);
      worker.once("exit", failed);
      worker.once("message", (reply: OutboxReply) => {
        worker.off("error", failed);
        worker.off("exit", failed);
        if (reply.kind === "opened") return resolve(new SqliteOutbox(worker, reply.leftovers, reply.memory));
        reject(reply.kind === "not-opened" ? errorOf(reply.error) : threadFailed(undefined));
        void worker.terminate();
      });
    });
  }

  append(messages: readonly NewMessage[], notes?: AppendNotes): Promise<AppendOutcome> {
    const packed = packNew(messages.map(entryOf));
    return this.#call(
      "append",
      notes === undefined ? [packed] : [packed, ownBytes(notes)],
      transferred(packed),
    );
  }

  async read(publisher: Publisher, from: number, to: number, limit: number): Promise<ReadOutcome> {
    const { packed, through } = await this.#call("read", [publisher, from, to, limit]);
    return { messages: unpack(packed).map(messageOf), through };
  }

  delete(publisher: Publisher, ranges: readonly SeqRange[]): Promise<Holding> {
    return this.#call("delete", [publisher, ranges]);
  }

  oldest(): Promise<number | undefined> {
    return this.#call("oldest", []);
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    await this.#call("close", []);
    this.#ended = new ConcheError("CONCHE_EDGE_CLOSED", { message: "the outbox was closed" });
  }

  #call<Name extends keyof OutboxCalls>(
    name: Name,
    takes: OutboxCalls[Name]["takes"],
    handedOver: ArrayBuffer[] = [],
  ): Promise<OutboxCalls[Name]["gives"]> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      if (this.#calls.size === 0) this.#worker.ref();
      this.#calls.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, takes }, handedOver);
    });
  }

  #replied(reply: OutboxReply): void {
    if (reply.kind !== "done" && reply.kind !== "failed") return;
    const call = this.#calls.get(reply.id);
    if (call === undefined) return;
    this.#calls.delete(reply.id);
    if (this.#calls.size === 0) this.#worker.unref();
    if (reply.kind === "done") call.resolve(reply.gives as never);
    else call.reject(errorOf(reply.error));
  }

  #end(error: ConcheError): void {
    this.#ended ??= error;
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
  }
}

/** A payload may be a small part of a larger buffer, all of which would be cloned. */
function ownBytes(notes: AppendNotes): AppendNotes {
  const states = notes.states?.map((state) =>
    typeof state.payload === "string" ? state : { ...state, payload: new Uint8Array(state.payload) },
  );
  return states === undefined ? notes : { ...notes, states };
}

function threadFailed(cause: unknown): ConcheError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new ConcheError("CONCHE_INTERNAL", { message: `the outbox's thread ended${why}`, cause });
}
