// A thread of `conche load`: makes its share of the load and says what came of it.
import { randomBytes } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { LoadGenerator } from "../../adapters/mqtt-packet/load-generator.ts";
import type { MqttConsumerOptions } from "../../adapters/mqtt-packet/options.ts";
import {
  type LoadReply,
  type LoadRequest,
  latencyHistogram,
} from "../../adapters/worker-threads/load-threads.ts";
import { newBoot } from "../../edge/boot.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { LoadShare } from "../../load/load-order.ts";
import { LoadTally } from "../../load/load-tally.ts";

/** What a thread is started with. */
export interface LoadThreadOrder {
  readonly broker: MqttConsumerOptions;
  readonly share: LoadShare;
}

/** Counts are told so often, milliseconds. */
const TELL_MS = 250;

const { broker, share } = workerData as LoadThreadOrder;
const total = latencyHistogram();
const recent = latencyHistogram();
const tally = new LoadTally((ms) => {
  const us = Math.max(1, Math.round(ms * 1_000));
  total.record(us);
  recent.record(us);
});
const started = Promise.withResolvers<void>();
const stop = new AbortController();

function tell(reply: LoadReply): void {
  parentPort?.postMessage(reply);
}

function told(kind: "trouble" | "failed", error: unknown): void {
  const { code, message, hint } = ConcheError.from(error, "the load failed");
  tell({ kind, code, message, hint });
}

parentPort?.on("message", (request: LoadRequest) => {
  if (request === "stop") stop.abort();
  started.resolve();
});

try {
  const generator = new LoadGenerator({
    broker,
    share,
    tally,
    newBoot: () => newBoot(Date.now(), randomBytes),
    now: Date.now,
    onTrouble: (error) => told("trouble", error),
  });
  await generator.connect();
  tell({ kind: "connected", total, recent });
  await started.promise;
  const telling = setInterval(() => tell({ kind: "counts", counts: tally.counts() }), TELL_MS);
  await generator.run(stop.signal);
  clearInterval(telling);
  generator.close();
  tell({ kind: "ended", counts: tally.counts() });
} catch (error) {
  told("failed", error);
}
parentPort?.close();
