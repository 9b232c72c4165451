import { Worker } from "node:worker_threads";
import { messageOf } from "../../errors/conche-error.ts";
import type { Changes } from "../../views/changes.ts";
import type { FollowerStatus } from "../../views/follower-status.ts";

/** What the thread that keeps the views is started with. */
export interface FollowerOrder {
  readonly folder: string;
  readonly cacheBytes: number;
}

/** To the thread: end, fold nothing for a while, fold again. */
export type FollowerRequest = "stop" | "hold" | "go-on";

/** A message of the thread that keeps the views. */
export type FollowerReply =
  | { readonly kind: "progress"; readonly status: FollowerStatus; readonly changes: Changes | undefined }
  | ({ readonly kind: "notice" } & FollowerNotice);

/** Something that happened to the views, with a word for its kind or an error's code. */
export interface FollowerNotice {
  readonly level: "info" | "warning";
  readonly code: string;
  readonly text: string;
  readonly anew?: boolean;
}

/** Hears what the thread says, on the main thread. */
export interface FollowerListener {
  progress(status: FollowerStatus, changes: Changes | undefined): void;
  notice(notice: FollowerNotice): void;
}

/** The rows in memory are bounded apart; this holds the rest, decoded messages most of all. */
const HEAP = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 512 };
/** After a failure the thread is started again, after so long, milliseconds. */
const RESTART_MS = 5_000;

/** A thread that keeps the views. It ends on its own terms only: when it fails it is started again. */
export class FollowerWorker {
  readonly #file: URL;
  readonly #order: FollowerOrder;
  readonly #listener: FollowerListener;
  #worker: Worker;
  #restart: NodeJS.Timeout | undefined;
  #stopping = false;
  #held = false;

  constructor(file: URL, order: FollowerOrder, listener: FollowerListener) {
    this.#file = file;
    this.#order = order;
    this.#listener = listener;
    this.#worker = this.#start();
  }

  /** While held it folds nothing. */
  hold(held: boolean): void {
    this.#held = held;
    this.#worker.postMessage((held ? "hold" : "go-on") satisfies FollowerRequest);
  }

  /** Ends it after the portion it is at. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    if (this.#worker.threadId === -1) return;
    const ended = new Promise<void>((resolve) => this.#worker.once("exit", () => resolve()));
    this.#worker.postMessage("stop" satisfies FollowerRequest);
    await ended;
  }

  #start(): Worker {
    const worker = new Worker(this.#file, { workerData: this.#order, execArgv: [], resourceLimits: HEAP });
    let why = "it ended";
    worker.on("message", (reply: FollowerReply) => {
      if (reply.kind === "progress") this.#listener.progress(reply.status, reply.changes);
      else {
        const { kind: _, ...notice } = reply;
        this.#listener.notice(notice);
      }
    });
    worker.on("error", (error) => {
      why = messageOf(error);
    });
    worker.on("exit", () => {
      if (this.#stopping) return;
      this.#listener.notice({
        level: "warning",
        code: "views-restarted",
        text: `the thread of the views failed (${why}) and is started again`,
      });
      this.#restart = setTimeout(() => {
        this.#worker = this.#start();
        if (this.#held) this.hold(true);
      }, RESTART_MS);
    });
    return worker;
  }
}
