import { achievedRate, type LoadCounts } from "./load-counts.ts";
import type { LoadOrder } from "./load-order.ts";

/** How long acknowledgements took, milliseconds: from the moment a message was due to its PUBACK. */
export interface AckLatency {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** The result of a load: how much, how fast, how slow the answers, whether all was well. */
export interface LoadReport {
  readonly order: LoadOrder;
  readonly threads: number;
  /** From the first message to the last answer, seconds. */
  readonly seconds: number;
  readonly counts: LoadCounts;
  /** Acknowledged (QoS 0: sent) messages per second over that time. */
  readonly rate: number;
  /** Undefined for QoS 0, which nobody acknowledges, and when nothing was. */
  readonly latencyMs: AckLatency | undefined;
  /** Whether every message that was sent was taken and no connection broke. */
  readonly ok: boolean;
}

/** What a load came to; the latency in milliseconds, undefined where nothing was acknowledged. */
export function loadReport(
  order: LoadOrder,
  threads: number,
  counts: LoadCounts,
  latencyMs: AckLatency | undefined,
): LoadReport {
  const ok = counts.refused === 0 && counts.unanswered === 0 && counts.lostConnections === 0;
  return {
    order,
    threads,
    seconds: counts.lastMs / 1_000,
    counts,
    rate: achievedRate(counts),
    latencyMs,
    ok,
  };
}
