/** Nothing is received before it happens: what a clock that is ahead dates into the future is placed at its receipt. */
export function placedAt({
  atMs,
  receivedAtMs,
}: {
  readonly atMs: number;
  readonly receivedAtMs: number;
}): number {
  return Math.min(atMs, receivedAtMs);
}
