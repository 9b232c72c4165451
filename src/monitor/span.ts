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

/** How much of spans that don't overlap lies within one, milliseconds. */
export function overlapMs(spans: readonly Span[], within: Span): number {
  let sum = 0;
  for (const span of spans) {
    const part = overlap(span, within);
    if (part !== undefined) sum += lengthMs(part);
  }
  return sum;
}
