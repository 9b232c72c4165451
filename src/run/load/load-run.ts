import type { MqttConsumerOptions } from "../../adapters/mqtt-packet/options.ts";
import type { LoadConsole } from "../../adapters/terminal/load-console.ts";
import { LoadThreads } from "../../adapters/worker-threads/load-threads.ts";
import { type LoadOrder, sharesOf } from "../../load/load-order.ts";
import { type LoadReport, loadReport } from "../../load/load-report.ts";
import type { LoadThreadOrder } from "./load-thread.ts";

/** What a load is run with. */
export interface LoadRunOptions {
  readonly broker: MqttConsumerOptions;
  readonly order: LoadOrder;
  readonly threads: number;
  /** The most that it lasts, seconds; null: until its messages are sent or it is stopped. */
  readonly forSeconds: number | null;
  readonly stop: AbortSignal;
  readonly view: LoadConsole;
}

/** The sources run as TypeScript, the package as JavaScript; the thread is a file of the same kind. */
const THREAD = new URL(
  import.meta.url.endsWith(".ts") ? "./load-thread.ts" : "./load-thread.js",
  import.meta.url,
);
const LINE_MS = 1_000;

/**
 * Connects, loads the broker and says what came of it; undefined when it was stopped before it began.
 * @throws ConcheError when a connection can't be made at the start
 */
export async function runLoad(options: LoadRunOptions): Promise<LoadReport | undefined> {
  const { broker, order, forSeconds, stop, view } = options;
  const shares = sharesOf(order, options.threads);
  const orders = shares.map((share): LoadThreadOrder => ({ broker, share }));
  view.connecting(order.connections);
  const threads = new LoadThreads(THREAD, orders, (error) => view.trouble(error));
  try {
    if ((await Promise.race([threads.connected(), aborted(stop)])) === "stopped") return undefined;
    view.started(order, shares.length);
    const time = forSeconds === null ? [] : [AbortSignal.timeout(forSeconds * 1_000)];
    const end = AbortSignal.any([stop, ...time]);
    end.addEventListener("abort", () => threads.stop(), { once: true });
    const lines = setInterval(() => view.second(threads.counts(), threads.recentLatency()), LINE_MS);
    try {
      const over = threads.run();
      if (end.aborted) threads.stop();
      await over;
    } finally {
      clearInterval(lines);
    }
    return loadReport(order, shares.length, threads.counts(), threads.latency());
  } finally {
    await threads.close();
  }
}

function aborted(signal: AbortSignal): Promise<"stopped"> {
  if (signal.aborted) return Promise.resolve("stopped");
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve("stopped"), { once: true });
  });
}
