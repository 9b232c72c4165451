import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import type { ErrorCode } from "../../errors/catalogue.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import { type LoadCounts, NO_COUNTS, sumCounts } from "../../load/load-counts.ts";
import type { AckLatency } from "../../load/load-report.ts";

/** What a thread of a load is told. */
export type LoadRequest = "start" | "stop";

/** What it says. A histogram is shared with whoever receives it, not copied. */
export type LoadReply =
  | { readonly kind: "connected"; readonly total: RecordableHistogram; readonly recent: RecordableHistogram }
  | { readonly kind: "counts"; readonly counts: LoadCounts }
  | {
      readonly kind: "trouble" | "failed";
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string;
    }
  | { readonly kind: "ended"; readonly counts: LoadCounts };

/** Microseconds, to three figures, up to an hour: what acknowledgements take. */
export function latencyHistogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
}

/** What a thread is for. */
interface LoadThread {
  readonly worker: Worker;
  counts: LoadCounts;
  histograms: { readonly total: RecordableHistogram; readonly recent: RecordableHistogram } | undefined;
}

/** A load that is made in several threads, as one. */
export class LoadThreads {
  readonly #threads: readonly LoadThread[];
  readonly #connected: Promise<void>;
  readonly #ended: Promise<void>;

  /**
   * @param file what each thread runs: it speaks {@link LoadRequest} and {@link LoadReply}
   * @param orders what each thread is given, as its workerData
   * @param onTrouble hears what goes wrong without ending the load
   */
  constructor(file: URL, orders: readonly unknown[], onTrouble: (error: ConcheError) => void) {
    const connected: Promise<void>[] = [];
    const ended: Promise<void>[] = [];
    this.#threads = orders.map((workerData) => {
      const thread: LoadThread = {
        worker: new Worker(file, { workerData, execArgv: [] }),
        counts: NO_COUNTS,
        histograms: undefined,
      };
      const ready = Promise.withResolvers<void>();
      const done = Promise.withResolvers<void>();
      const failed = (error: ConcheError) => {
        ready.reject(error);
        done.reject(error);
      };
      thread.worker.on("message", (reply: LoadReply) => {
        if (reply.kind === "counts" || reply.kind === "ended") thread.counts = reply.counts;
        if (reply.kind === "trouble") onTrouble(errorOf(reply));
        else if (reply.kind === "failed") failed(errorOf(reply));
        else if (reply.kind === "ended") done.resolve();
        else if (reply.kind === "connected") {
          thread.histograms = reply;
          ready.resolve();
        }
      });
      thread.worker.on("error", (cause) => failed(threadFailed(messageOf(cause), cause)));
      thread.worker.on("exit", () => failed(threadFailed("it ended early")));
      connected.push(ready.promise);
      ended.push(done.promise);
      return thread;
    });
    this.#connected = Promise.all(connected).then(() => {});
    this.#ended = Promise.all(ended).then(() => {});
    // Whoever waits hears of a failure; nobody has to.
    for (const promise of [...connected, ...ended, this.#connected, this.#ended]) promise.catch(() => {});
  }

  /** Resolves when every connection of every thread stands. @throws ConcheError the first that failed */
  connected(): Promise<void> {
    return this.#connected;
  }

  /** Lets them send. Resolves when everything is sent, or was stopped, and answered. */
  async run(): Promise<void> {
    this.#tell("start");
    await this.#ended;
  }

  /** No more is sent; the last answers are waited for. */
  stop(): void {
    this.#tell("stop");
  }

  counts(): LoadCounts {
    return sumCounts(this.#threads.map(({ counts }) => counts));
  }

  /** Over everything so far; undefined when nothing was acknowledged. */
  latency(): AckLatency | undefined {
    return this.#merged(({ total }) => total);
  }

  /** Since this was asked last. */
  recentLatency(): AckLatency | undefined {
    const merged = this.#merged(({ recent }) => recent);
    for (const { histograms } of this.#threads) histograms?.recent.reset();
    return merged;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #merged(
    pick: (histograms: NonNullable<LoadThread["histograms"]>) => RecordableHistogram,
  ): AckLatency | undefined {
    const all = latencyHistogram();
    for (const { histograms } of this.#threads) if (histograms !== undefined) all.add(pick(histograms));
    if (all.count === 0) return undefined;
    const ms = (us: number) => Number((us / 1_000).toFixed(3));
    return {
      mean: ms(all.mean),
      p50: ms(all.percentile(50)),
      p99: ms(all.percentile(99)),
      p999: ms(all.percentile(99.9)),
      max: ms(all.max),
    };
  }

  #tell(request: LoadRequest): void {
    for (const { worker } of this.#threads) worker.postMessage(request);
  }
}

function errorOf({ code, message, hint }: Extract<LoadReply, { kind: "trouble" | "failed" }>): ConcheError {
  return new ConcheError(code, { message, hint });
}

function threadFailed(why: string, cause?: unknown): ConcheError {
  return new ConcheError("CONCHE_INTERNAL", { message: `a thread of the load failed: ${why}`, cause });
}
