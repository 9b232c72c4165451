import { now } from "./clock.ts";
import { choices, choose } from "./router.ts";

/** A span of time that a page shows, ms since 1970. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether its end is the present and moves with it. */
  readonly live: boolean;
}

const MINUTE = 60_000;
const SHORTEST_MS = 10_000;
const LONGEST_MS = 400 * 24 * 60 * MINUTE;

/** Live periods by the word in the address. */
export const SPANS = {
  "10m": 10 * MINUTE,
  "30m": 30 * MINUTE,
  "1h": 60 * MINUTE,
  "4h": 240 * MINUTE,
  "8h": 480 * MINUTE,
  "24h": 1_440 * MINUTE,
  "3d": 3 * 1_440 * MINUTE,
  "7d": 7 * 1_440 * MINUTE,
  "30d": 30 * 1_440 * MINUTE,
} as const;
export type SpanName = keyof typeof SPANS;

/** The period in the address: `from` and `to` in ISO 8601, or a `span` that ends now; the page's own otherwise. */
export function periodOf(byDefault: SpanName): Period {
  const from = Date.parse(choices.value.get("from") ?? "");
  const to = Date.parse(choices.value.get("to") ?? "");
  if (from < to) return { fromMs: from, toMs: to, live: false };
  const span = SPANS[spanOf(byDefault)];
  // A live period moves in steps, so that not every second asks for everything anew.
  const step = Math.max(1_000, Math.min(60_000, span / 600));
  const end = Math.ceil(now.value / step) * step;
  return { fromMs: end - span, toMs: end, live: true };
}

/** The span in the address, or the page's own. */
export function spanOf(byDefault: SpanName): SpanName {
  const name = choices.value.get("span") ?? byDefault;
  return Object.hasOwn(SPANS, name) ? (name as SpanName) : byDefault;
}

/** Shows a fixed period. */
export function showPeriod(fromMs: number, toMs: number): void {
  const span = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, toMs - fromMs));
  const middle = (fromMs + toMs) / 2;
  const iso = (ms: number) => new Date(Math.round(ms)).toISOString();
  choose({ from: iso(middle - span / 2), to: iso(middle + span / 2), span: undefined }, true);
}

/** Shows a span that ends now. */
export function showSpan(span: SpanName): void {
  choose({ span, from: undefined, to: undefined }, false);
}
