import type { Mould } from "../process/mould.ts";
import type { BodyOf } from "../report/machine-event.ts";
import { timestampV2 } from "../report/timestamp-text.ts";
import { grams } from "../rounding.ts";

type AggregatedBody = Extract<BodyOf<"batch">, { event: "AGGREGATED" }>;
type Content = NonNullable<AggregatedBody["contents"]>[number];

/** Bars of one lot in a case or on a pallet. */
interface LotShare {
  pieces: number;
  grams: number;
  fromMs: number;
  untilMs: number;
}

/** What is in a case or on a pallet, by lot: two where a lot boundary fell into it. */
export class LoadContents {
  readonly #lots = new Map<string, LotShare>();
  #pieces = 0;

  get pieces(): number {
    return this.#pieces;
  }

  get empty(): boolean {
    return this.#pieces === 0;
  }

  addBar(mould: Mould, weightG: number, ms: number): void {
    this.#pieces += 1;
    const share = this.#lots.get(mould.lotId);
    if (share === undefined)
      this.#lots.set(mould.lotId, { pieces: 1, grams: weightG, fromMs: ms, untilMs: ms });
    else {
      share.pieces += 1;
      share.grams += weightG;
      share.untilMs = ms;
    }
  }

  addLoad(load: LoadContents): void {
    this.#pieces += load.#pieces;
    for (const [lot, added] of load.#lots) {
      const share = this.#lots.get(lot);
      if (share === undefined) this.#lots.set(lot, { ...added });
      else {
        share.pieces += added.pieces;
        share.grams += added.grams;
        share.untilMs = added.untilMs;
      }
    }
  }

  /** As a message says it. */
  contents(code: string): Content[] {
    return [...this.#lots].map(([lot_id, share]) => ({
      lot_id,
      pieces: share.pieces,
      quantity_kg: grams(share.grams / 1000),
      packed_from: timestampV2(share.fromMs),
      packed_until: timestampV2(share.untilMs),
      pack_code: code,
    }));
  }
}
