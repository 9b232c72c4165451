/** A stretch of time: from `fromMs`, included, to `toMs`, not included; milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How long it is, milliseconds. */
export function lengthMs({ fromMs, toMs }: Span): number {
  return toMs - fromMs;
}

/** What two spans have in common; undefined where that is nothing. */
export function overlap(a: Span, b: Span): Span | undefined {
  const fromMs = Math.max(a.fromMs, b.fromMs);
  const toMs = Math.min(a.toMs, b.toMs);
  return fromMs < toMs ? { fromMs, toMs } : undefined;
}
