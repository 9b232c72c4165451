import type { Phases } from "../../plant/schema/product.ts";
import { grams, totalKg } from "../rounding.ts";
import { STEP_S } from "../step-time.ts";
import { type ConchingCourse, conchingCourse } from "./conching-course.ts";
import type { ProductionBatch } from "./production-batch.ts";

/** A lot that went into the conche. */
export interface ChargedLot {
  readonly lot_id: string;
  readonly material: string;
  readonly kind: "ingredient" | "intermediate";
  readonly quantity_kg: number;
}

/** The books of the batch in a conche: what went in, how long ago, what it has cost. */
export class ConcheCharge {
  readonly batch: ProductionBatch;
  readonly startedMs: number;
  readonly #inputs: ChargedLot[] = [];
  #mixes = 0;
  #steps = 0;
  #course: ConchingCourse | undefined;
  #energyKwh = 0;
  #pasteKg = 0;
  #d90Um = 0;

  constructor(batch: ProductionBatch, startedMs: number) {
    this.batch = batch;
    this.startedMs = startedMs;
  }

  get recipe(): Phases["conching"] {
    return this.batch.product.recipe.phases.conching;
  }

  get inputs(): readonly ChargedLot[] {
    return this.#inputs;
  }

  /** Known once it is full. */
  get course(): ConchingCourse | undefined {
    return this.#course;
  }

  get elapsedH(): number {
    return (this.#steps * STEP_S) / 3600;
  }

  get energyKwh(): number {
    return this.#energyKwh;
  }

  /** Energy by what has been put in so far, kWh/t. */
  get energyKwhT(): number {
    const chargedKg = Math.max(this.#pasteKg, totalKg(this.#inputs));
    return chargedKg < 1 ? 0 : (1000 * this.#energyKwh) / chargedKg;
  }

  /** Mean fineness of the paste that came in, µm. */
  get d90Um(): number {
    return this.#d90Um;
  }

  /** How much of the mixes is in, 0 to 1. */
  get filled(): number {
    return Math.min(1, this.#mixes / this.batch.mixes);
  }

  step(powerKw: number): void {
    this.#steps += 1;
    this.#energyKwh += (powerKw * STEP_S) / 3600;
  }

  addPaste(kg: number, d90Um: number): void {
    const sum = this.#pasteKg + kg;
    if (sum > 0) this.#d90Um = (this.#d90Um * this.#pasteKg + d90Um * kg) / sum;
    this.#pasteKg = sum;
  }

  /** All of a mix is in. With the last one the course of the batch is known: true then. */
  addMix(lot: ChargedLot, dryShare: number): boolean {
    this.#inputs.push(lot);
    this.#mixes += 1;
    if (this.#mixes < this.batch.mixes) return false;
    this.#course = conchingCourse(this.recipe, this.elapsedH, dryShare);
    return true;
  }

  add(lot: ChargedLot): void {
    this.#inputs.push(lot);
  }

  /** How far the paste phase has come, 0 to 1. */
  get pasteProgress(): number {
    if (this.#course === undefined) return 0;
    const { dryUntilH, pasteUntilH } = this.#course;
    return Math.min(1, Math.max(0, (this.elapsedH - dryUntilH) / Math.max(0.01, pasteUntilH - dryUntilH)));
  }

  /** What comes out when so much water has left: adds up to the gram. */
  balance(evaporatedKg: number): { readonly kg: number; readonly waterKg: number } {
    const waterKg = grams(evaporatedKg);
    return { kg: grams(totalKg(this.#inputs) - waterKg), waterKg };
  }
}
