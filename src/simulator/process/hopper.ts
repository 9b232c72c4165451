import type { Mix } from "./mix.ts";

/** Paste of one mix in the hopper. */
export interface HopperLayer {
  readonly mix: Mix;
  kg: number;
}

/** The refiner's feed hopper: first in, first out. */
export class Hopper {
  readonly #capacityKg: number;
  readonly #layers: HopperLayer[] = [];

  constructor(capacityKg: number) {
    this.#capacityKg = capacityKg;
  }

  get kg(): number {
    let sum = 0;
    for (const layer of this.#layers) sum += layer.kg;
    return sum;
  }

  get roomKg(): number {
    return this.#capacityKg - this.kg;
  }

  get first(): HopperLayer | undefined {
    return this.#layers[0];
  }

  add(mix: Mix, kg: number): void {
    const last = this.#layers.at(-1);
    if (last?.mix === mix) last.kg += kg;
    else this.#layers.push({ mix, kg });
  }

  /** Takes at most `kg` of the first layer; a layer ends when less than a tenth of a gram is left and its mix is in. */
  take(kg: number): number {
    const layer = this.#layers[0];
    if (layer === undefined) return 0;
    const taken = Math.min(kg, layer.kg);
    layer.kg -= taken;
    return taken;
  }

  /** Ends the first layer. */
  drop(): void {
    this.#layers.shift();
  }
}
