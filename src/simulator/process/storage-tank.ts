import type { TankParameters } from "../../plant/schema/line.ts";
import { blended, type Casson } from "./casson.ts";
import type { ProductionBatch } from "./production-batch.ts";

/** The storage tank of one product between conches and temperer. What comes in meets what is left (the heel). */
export class StorageTank {
  readonly name: string;
  readonly parameters: TankParameters;
  #kg = 0;
  #batch: ProductionBatch | undefined;
  #lotId: string | undefined;
  #flow: Casson | undefined;

  constructor(name: string, parameters: TankParameters) {
    this.name = name;
    this.parameters = parameters;
  }

  get kg(): number {
    return this.#kg;
  }

  /** The batch that came in last: by it the content is called. */
  get batch(): ProductionBatch | undefined {
    return this.#batch;
  }

  get lotId(): string | undefined {
    return this.#lotId;
  }

  /** What the pump can still take out, kg. */
  get availableKg(): number {
    return Math.max(0, this.#kg - this.parameters.heel_kg);
  }

  get roomKg(): number {
    return this.parameters.capacity_kg - this.#kg;
  }

  /** From now on the content is another lot: a batch begins to flow in. Returns what it meets. */
  beginLot(
    batch: ProductionBatch,
    lotId: string,
  ): { readonly lotId: string; readonly kg: number } | undefined {
    const heel = this.#lotId === undefined ? undefined : { lotId: this.#lotId, kg: this.#kg };
    this.#batch = batch;
    this.#lotId = lotId;
    return heel;
  }

  /** How the content flows; undefined before anything has come in. */
  get flow(): Casson | undefined {
    return this.#flow;
  }

  /** Mass that flows so comes in; the stirrer mixes it with what is there. */
  add(kg: number, flow: Casson): void {
    this.#flow = this.#flow === undefined ? flow : blended(this.#flow, this.#kg, flow, kg);
    this.#kg += kg;
  }

  /** Takes as much out as there is above the pump, at most `kg`; returns how much it was. */
  draw(kg: number): number {
    const taken = Math.min(kg, this.availableKg);
    this.#kg -= taken;
    return taken;
  }
}
