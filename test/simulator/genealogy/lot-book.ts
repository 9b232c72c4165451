import assert from "node:assert/strict";
import type { BatchV2 } from "../../../src/contract/schemas/batch-v2.ts";
import type { SimulatedMessage } from "../../../src/simulator/simulated-message.ts";

interface Quantity {
  readonly lot_id: string;
  readonly quantity_kg?: number;
}

/** A gram for each message that a lot appears in: what is published is rounded to grams. */
const TOLERANCE_KG = 0.0011;

/**
 * Books of all lots, kept from nothing but the messages: what was made of each, what was taken, what it came from. Fails
 * when a lot is used that doesn't exist, when more is taken than there is, or when a transformation doesn't add up.
 */
export class LotBook {
  readonly made = new Map<string, number>();
  readonly taken = new Map<string, number>();
  readonly parents = new Map<string, Set<string>>();
  readonly #messages = new Map<string, number>();
  readonly units = new Map<string, string[]>();

  static of(messages: readonly SimulatedMessage[]): LotBook {
    const book = new LotBook();
    for (const { type, payload } of messages) if (type === "batch") book.enter(payload as unknown as BatchV2);
    return book;
  }

  enter(event: BatchV2): void {
    switch (event.event) {
      case "LOT_RECEIVED":
      case "LOT_CREATED":
        // A lot of bars that is announced before it is filled has no quantity yet.
        this.#make(event.lot_id, event.quantity_kg ?? 0);
        break;
      case "SILO_TOPPED_UP":
        this.#mix([event.added, ...(event.heel === undefined ? [] : [event.heel])], event.lot_id);
        break;
      case "TRANSFORMED":
        this.#transform(event);
        break;
      case "TRANSFERRED":
        this.#transfer(event);
        break;
      case "REWORK_CREATED":
        for (const source of event.sources) this.#take(source, event.lot_id);
        this.#balance(event.sources, event.quantity_kg, event.lot_id);
        this.#make(event.lot_id, event.quantity_kg);
        break;
      case "DISPOSED":
        for (const lot of event.lots) this.#take(lot, undefined);
        break;
      case "AGGREGATED":
        this.#aggregate(event);
        break;
    }
  }

  #transform(event: Extract<BatchV2, { event: "TRANSFORMED" }>): void {
    const out = event.outputs.reduce((sum, lot) => sum + (lot.quantity_kg ?? 0), 0);
    const lost = (event.losses ?? []).reduce((sum, loss) => sum + loss.quantity_kg, 0);
    this.#balance(event.inputs, out + lost, event.outputs[0]?.lot_id ?? "");
    for (const input of event.inputs)
      for (const output of event.outputs) this.#take(input, output.lot_id, output === event.outputs[0]);
    for (const output of event.outputs) this.#make(output.lot_id, output.quantity_kg ?? 0);
  }

  #transfer(event: Extract<BatchV2, { event: "TRANSFERRED" }>): void {
    for (const loss of event.losses ?? [])
      this.#take({ lot_id: event.moved.lot_id, quantity_kg: loss.quantity_kg }, undefined);
    if (event.lot_id === undefined) return;
    this.#mix([event.moved, ...(event.heel === undefined ? [] : [event.heel])], event.lot_id);
  }

  #aggregate(event: Extract<BatchV2, { event: "AGGREGATED" }>): void {
    assert.ok(!this.units.has(event.unit_id), `${event.unit_id} comes twice`);
    this.units.set(event.unit_id, event.children ?? []);
    if (event.unit_kind === "pallet") {
      for (const child of event.children ?? []) assert.ok(this.units.has(child), `${child} was never closed`);
      return;
    }
    for (const content of event.contents ?? []) this.#take(content, undefined);
  }

  #mix(parts: readonly Quantity[], into: string): void {
    for (const part of parts) this.#take(part, into);
    this.#make(
      into,
      parts.reduce((sum, part) => sum + (part.quantity_kg ?? 0), 0),
    );
  }

  #make(lot: string, kg: number): void {
    this.made.set(lot, (this.made.get(lot) ?? 0) + kg);
    this.#messages.set(lot, (this.#messages.get(lot) ?? 0) + 1);
  }

  #take({ lot_id, quantity_kg = 0 }: Quantity, into: string | undefined, counts = true): void {
    assert.ok(this.made.has(lot_id), `${lot_id} is used and came from nowhere`);
    if (counts) this.taken.set(lot_id, (this.taken.get(lot_id) ?? 0) + quantity_kg);
    this.#messages.set(lot_id, (this.#messages.get(lot_id) ?? 0) + 1);
    if (into === undefined || into === lot_id) return;
    const parents = this.parents.get(into);
    if (parents === undefined) this.parents.set(into, new Set([lot_id]));
    else parents.add(lot_id);
  }

  #balance(inputs: readonly Quantity[], outKg: number, about: string): void {
    const inKg = inputs.reduce((sum, lot) => sum + (lot.quantity_kg ?? 0), 0);
    assert.ok(Math.abs(inKg - outKg) < 0.0005, `${about}: ${inKg} kg in, ${outKg} kg out`);
  }

  /** What is left of a lot, kg. */
  left(lot: string): number {
    return (this.made.get(lot) ?? 0) - (this.taken.get(lot) ?? 0);
  }

  /** Lots of which more was taken than made, beyond rounding. */
  overdrawn(): string[] {
    return [...this.made.keys()].filter(
      (lot) => this.left(lot) < -TOLERANCE_KG * (this.#messages.get(lot) ?? 1),
    );
  }

  /** Every lot that has part in one, itself left out. */
  ancestors(lot: string, found = new Set<string>(), path = new Set<string>()): Set<string> {
    assert.ok(!path.has(lot), `${lot} comes from itself`);
    for (const parent of this.parents.get(lot) ?? []) {
      assert.ok(!path.has(parent), `${parent} comes from itself`);
      if (found.has(parent)) continue;
      found.add(parent);
      this.ancestors(parent, found, new Set([...path, lot]));
    }
    return found;
  }
}
