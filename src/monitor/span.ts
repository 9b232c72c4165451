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

/** Those of spans in order of time, which don't overlap, that have something in common with one: found by halving. */
export function touching<Item extends Span>(spans: readonly Item[], within: Span): Item[] {
  const first = firstEndingAfter(spans, within.fromMs);
  let last = first;
  while ((spans[last]?.fromMs ?? Number.POSITIVE_INFINITY) < within.toMs) last++;
  return spans.slice(first, last);
}

function firstEndingAfter(spans: readonly Span[], ms: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.toMs ?? 0) > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How much of spans in order of time, which don't overlap, lies within one, milliseconds. */
export function overlapMs(spans: readonly Span[], within: Span): number {
  let sum = 0;
  for (const span of touching(spans, within)) {
    sum += Math.min(span.toMs, within.toMs) - Math.max(span.fromMs, within.fromMs);
  }
  return sum;
}

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
