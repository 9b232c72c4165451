import type { Ingredient } from "../../plant/schema/ingredient.ts";
import type { SiloParameters } from "../../plant/schema/line.ts";
import { grams } from "../rounding.ts";

/** So much of one lot of an ingredient. */
export interface Portion {
  readonly lot_id: string;
  readonly material: string;
  readonly kind: "ingredient";
  readonly quantity_kg: number;
}

/**
 * A silo or tank of one ingredient. Its content is one lot at a time: when a delivery meets a rest, both mix and the
 * content becomes a new lot, which keeps the graph of lots free of cycles and errs on the safe side in a recall.
 */
export class Silo {
  readonly ingredient: Ingredient;
  readonly parameters: SiloParameters;
  #lotId: string;
  #kg: number;

  constructor(ingredient: Ingredient, parameters: SiloParameters, lotId: string, kg: number) {
    this.ingredient = ingredient;
    this.parameters = parameters;
    this.#lotId = lotId;
    this.#kg = grams(kg);
  }

  get lotId(): string {
    return this.#lotId;
  }

  get kg(): number {
    return this.#kg;
  }

  get levelPct(): number {
    return (100 * this.#kg) / this.parameters.capacity_kg;
  }

  /** Takes out as much, in whole grams, or what there is. */
  take(kg: number): Portion {
    const quantity = Math.min(grams(kg), this.#kg);
    this.#kg = grams(this.#kg - quantity);
    return { lot_id: this.#lotId, material: this.ingredient.id, kind: "ingredient", quantity_kg: quantity };
  }

  /** Puts a delivery on top; returns what was left below it. */
  topUp(kg: number, lotId: string): Portion {
    const heel = this.take(this.#kg);
    this.#kg = grams(heel.quantity_kg + kg);
    this.#lotId = lotId;
    return heel;
  }
}
