/** How fast a log grows. */
export interface LogGrowth {
  readonly messagesPerDay: number;
  readonly bytesPerDay: number;
  /** Over how long it was measured, milliseconds. */
  readonly spanMs: number;
}

const DAY_MS = 86_400_000;

/**
 * The growth of a log that took in so many messages within a span, at what a message has cost so far; undefined where
 * that is too little to tell.
 */
export function growthOf(messages: number, spanMs: number, bytesPerMessage: number): LogGrowth | undefined {
  if (messages < 2 || spanMs < 1_000) return undefined;
  const messagesPerDay = (messages / spanMs) * DAY_MS;
  return { messagesPerDay, bytesPerDay: messagesPerDay * bytesPerMessage, spanMs };
}

/** After how many days a disk with so much room is full, at the rate of a log. */
export function daysUntilFull(freeBytes: number, { bytesPerDay }: LogGrowth): number {
  return freeBytes / bytesPerDay;
}
