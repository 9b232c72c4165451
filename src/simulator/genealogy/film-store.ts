import { allergensOf, type LineContext } from "../line-context.ts";
import { batchFields, type ProductionBatch } from "../process/production-batch.ts";
import type { BodyOf } from "../report/machine-event.ts";

/** A delivery of film of which reels are left. */
interface FilmLot {
  readonly lotId: string;
  reels: number;
}

/** Reels of film beside the wrapper, a delivery (lot) at a time for each kind of film. */
export class FilmStore {
  readonly #line: LineContext;
  readonly #barsPerReel: number;
  readonly #lots = new Map<string, FilmLot>();

  constructor(line: LineContext, barsPerReel: number) {
    this.#line = line;
    this.#barsPerReel = barsPerReel;
  }

  /** A reel for a batch is put on the machine: what is to be said of it, with the delivery when it is a new one. */
  load(batch: ProductionBatch, ms: number): BodyOf<"batch">[] {
    const { film, film_supplier, reels_per_delivery } = batch.product.recipe.phases.packaging;
    const allergens = allergensOf(this.#line, batch.product);
    const events: BodyOf<"batch">[] = [];
    let lot = this.#lots.get(film);
    if (lot === undefined || lot.reels === 0) {
      lot = { lotId: this.#line.names.received(film, ms), reels: reels_per_delivery };
      this.#lots.set(film, lot);
      const pieces = reels_per_delivery * this.#barsPerReel;
      events.push({
        event: "LOT_RECEIVED",
        lot_id: lot.lotId,
        material: film,
        kind: "packaging",
        pieces,
        supplier: film_supplier,
        allergens,
      });
    }
    lot.reels -= 1;
    events.push({
      event: "MATERIAL_LOADED",
      ...batchFields(batch),
      lot_id: lot.lotId,
      material: film,
      position: "film unwinder",
      pieces: this.#barsPerReel,
      allergens,
      matches_order: true,
      by: "operator",
    });
    return events;
  }
}
