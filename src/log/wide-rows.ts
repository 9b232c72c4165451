import type { StoredMessage } from "./log-reading.ts";

/** What a cell of a wide table holds: a number, a word, or nothing. */
export type WideValue = number | string | null;

/** A machine's telemetry at a moment, or within a span, a value per tag. */
export interface WideRow {
  /** The moment, or the begin of the span, milliseconds since 1970. */
  readonly tsMs: number;
  readonly site: string;
  readonly line: string;
  readonly step: string;
  readonly machine: string;
  readonly product: string | null;
  readonly batch: string | null;
  readonly tags: ReadonlyMap<string, WideValue>;
}

/** Machines whose spans are open at a time. What is beyond them begins a row anew. */
const MACHINES_KEPT = 10_000;

/** Telemetry, a row per message; other messages, and what can't be read, are left out. Bad values are none. */
export function* wideRows(messages: Iterable<StoredMessage>): Generator<WideRow> {
  for (const message of messages) {
    const { site, line, step, machine, tsMs } = message;
    if (message.type !== "telemetry" || site === null || line === null || step === null || machine === null)
      continue;
    const payload = objectOf(parsed(message.payload));
    const tags = new Map<string, WideValue>();
    for (const [tag, reading] of Object.entries(objectOf(payload.tags))) tags.set(tag, readingValue(reading));
    const product = typeof payload.product_type === "string" ? payload.product_type : null;
    yield { tsMs, site, line, step, machine, product, batch: message.batchId, tags };
  }
}

/**
 * One row per machine and span, spans beginning at whole multiples of `everyMs`: of numbers the mean, of words the last
 * one; product and batch as they were last. Rows come in the order in which their spans end.
 */
export function* everySpan(rows: Iterable<WideRow>, everyMs: number): Generator<WideRow> {
  const open = new Map<string, OpenSpan>();
  for (const row of rows) {
    const key = `${row.site}/${row.line}/${row.step}/${row.machine}`;
    const startMs = Math.floor(row.tsMs / everyMs) * everyMs;
    const known = open.get(key);
    if (known !== undefined && known.startMs === startMs) {
      known.add(row);
      continue;
    }
    if (known !== undefined) {
      open.delete(key);
      yield known.row();
    }
    const [oldest] = open;
    if (open.size >= MACHINES_KEPT && oldest !== undefined) {
      open.delete(oldest[0]);
      yield oldest[1].row();
    }
    open.set(key, new OpenSpan(startMs, row));
  }
  for (const span of open.values()) yield span.row();
}

/** The names of all tags that occur, in the order of the alphabet. */
export function tagNames(rows: Iterable<WideRow>): string[] {
  const names = new Set<string>();
  for (const { tags } of rows) for (const tag of tags.keys()) names.add(tag);
  return [...names].sort();
}

/** What is known of a machine's span so far. */
class OpenSpan {
  readonly startMs: number;
  #last: WideRow;
  readonly #sums = new Map<string, { sum: number; count: number }>();
  readonly #words = new Map<string, WideValue>();

  constructor(startMs: number, first: WideRow) {
    this.startMs = startMs;
    this.#last = first;
    this.add(first);
  }

  add(row: WideRow): void {
    this.#last = row;
    for (const [tag, value] of row.tags) {
      if (typeof value !== "number") {
        if (value !== null || !this.#words.has(tag)) this.#words.set(tag, value);
        continue;
      }
      const known = this.#sums.get(tag);
      if (known === undefined) this.#sums.set(tag, { sum: value, count: 1 });
      else {
        known.sum += value;
        known.count += 1;
      }
    }
  }

  row(): WideRow {
    const tags = new Map(this.#words);
    for (const [tag, { sum, count }] of this.#sums) tags.set(tag, rounded(sum / count));
    return { ...this.#last, tsMs: this.startMs, tags };
  }
}

/** A mean has no more digits than anybody measures. */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}

/** A value as it stands, or within its quality; what is known to be bad is no value. */
function readingValue(reading: unknown): WideValue {
  if (typeof reading === "number" || typeof reading === "string") return reading;
  const { value, quality } = objectOf(reading);
  if (quality === "bad") return null;
  return typeof value === "number" || typeof value === "string" ? value : null;
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined; // the log may hold a database of old
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
