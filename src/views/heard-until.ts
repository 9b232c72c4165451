import type { LogReading } from "../log/log-reading.ts";

/**
 * Up to when views that have come to a position of the log have heard, ms since 1970: the present where they have all
 * of it, else when the first message was received that is not in them. What machines said after that they don't know.
 */
export function heardUntilMs(position: number, log: Pick<LogReading, "query">, nowMs: number): number {
  for (const { receivedAt } of log.query({ afterId: position, limit: 1 })) return Math.min(nowMs, receivedAt);
  return nowMs;
}
