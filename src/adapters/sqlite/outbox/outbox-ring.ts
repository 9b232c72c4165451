import type { Quantity } from "../../../edge/outbox.ts";
import type { OutboxTable } from "./outbox-table.ts";

/** The part of its limit that is freed at once, so that not every append has to make room. */
const FREED_AT_ONCE = 1 / 256;
/** Messages of one publisher that go before it is looked who has the oldest now. */
const PORTION = 128;

/** What makes room for newer telemetry: the oldest, to within a portion, whoever said it. */
export class OutboxRing {
  readonly #table: OutboxTable;
  readonly #limitBytes: number;
  /** Bytes by publisher, as of the last commit. */
  readonly #bytes = new Map<number, number>();
  #total = 0;

  constructor(table: OutboxTable, limitBytes: number) {
    this.#table = table;
    this.#limitBytes = limitBytes;
    for (const [publisher, { bytes }] of table.holdings()) this.add(publisher, bytes);
  }

  /** Counts what was committed: added, or with a minus taken away. */
  add(publisher: number, bytes: number): void {
    const held = (this.#bytes.get(publisher) ?? 0) + bytes;
    if (held > 0) this.#bytes.set(publisher, held);
    else this.#bytes.delete(publisher);
    this.#total += bytes;
  }

  /**
   * Deletes the oldest where `added` doesn't fit, within the transaction that brings it. Returns what went, for
   * {@link add} once that is committed.
   */
  makeRoom(added: ReadonlyMap<number, number>): Map<number, Quantity> {
    const gone = new Map<number, Quantity>();
    let excess = this.#total - this.#limitBytes;
    for (const bytes of added.values()) excess += bytes;
    if (excess <= 0) return gone;
    excess += this.#limitBytes * FREED_AT_ONCE;
    const oldest = new Map<number, number>();
    for (const publisher of new Set([...this.#bytes.keys(), ...added.keys()])) this.#look(publisher, oldest);
    while (excess > 0 && oldest.size > 0) {
      const publisher = keyOfLeast(oldest);
      const portion = this.#table.deletePortion(publisher, 0, Number.MAX_SAFE_INTEGER, PORTION);
      this.#look(publisher, oldest);
      if (portion === undefined) continue;
      const before = gone.get(publisher) ?? { messages: 0, bytes: 0 };
      gone.set(publisher, {
        messages: before.messages + portion.messages,
        bytes: before.bytes + portion.bytes,
      });
      excess -= portion.bytes;
    }
    return gone;
  }

  #look(publisher: number, oldest: Map<number, number>): void {
    const batch = this.#table.oldestBatch(publisher);
    if (batch === undefined) oldest.delete(publisher);
    else oldest.set(publisher, batch);
  }
}

function keyOfLeast(values: ReadonlyMap<number, number>): number {
  let least = Number.POSITIVE_INFINITY;
  let key = 0;
  for (const [candidate, value] of values) {
    if (value >= least) continue;
    least = value;
    key = candidate;
  }
  return key;
}
