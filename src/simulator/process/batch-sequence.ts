import type { ProductType } from "../../contract/schemas/product.ts";
import type { Plant, PlantLine } from "../../plant/plant.ts";
import { isMade, type MadeProduct } from "../../plant/schema/product.ts";
import { batchId } from "../genealogy/codes.ts";
import type { ProductionBatch } from "./production-batch.ts";

/**
 * Batch numbers between one line of a site and the next: batches of a day are told apart for as long as no line is a
 * week ahead of the others, and a line's numbers don't depend on how many lines there are.
 */
const LINE_STRIDE = 25;

/** What the line makes, batch after batch: the plant file's sequence of campaigns, over and over. */
export class BatchSequence {
  readonly #products: readonly MadeProduct[];
  readonly #mixes: number;
  readonly #mixKg: number;
  #index: number;
  #number: number;

  /**
   * @param mixKg recipe mass of a mix; `mixes` of them fill a conche
   * @param firstNumber where the site's batch numbers begin
   */
  constructor(plant: Plant, line: PlantLine, mixes: number, mixKg: number, firstNumber: number) {
    this.#mixes = mixes;
    this.#mixKg = mixKg;
    this.#products = (line.definition.production?.sequence ?? []).flatMap(({ product, batches }) => {
      const found = plant.product(product);
      return found === undefined || !isMade(found) ? [] : Array<MadeProduct>(batches).fill(found);
    });
    this.#index = this.#openingIndex();
    this.#number = firstNumber + line.indexInSite * LINE_STRIDE;
  }

  /**
   * Where in the sequence the simulation begins: the batch being packed. The first place at which that one, the next
   * (being moulded) and the one after (being dosed) are as many products as can be.
   */
  #openingIndex(): number {
    let best = 0;
    let most = 0;
    for (const index of this.#products.keys()) {
      const different = new Set([0, 1, 2].map((ahead) => this.#at(index + ahead)?.id)).size;
      if (different <= most) continue;
      most = different;
      best = index;
    }
    return best;
  }

  #at(index: number): MadeProduct | undefined {
    return this.#products[index % this.#products.length];
  }

  /** The next batch, begun at a time. */
  next(startMs: number): ProductionBatch {
    const product = this.#at(this.#index);
    if (product === undefined) throw new RangeError("the line's production has no sequence");
    const productType = product.id as ProductType;
    const batch: ProductionBatch = {
      id: batchId(productType, startMs, this.#number),
      product,
      productType,
      mixes: this.#mixes,
      plannedKg: this.#mixes * this.#mixKg,
      index: this.#index,
    };
    this.#index += 1;
    this.#number += 1;
    return batch;
  }
}
