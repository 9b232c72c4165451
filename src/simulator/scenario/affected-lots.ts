import type { BodyOf } from "../report/machine-event.ts";

type BatchBody = BodyOf<"batch">;
interface Part {
  readonly lot_id: string;
}

/** What a contaminated lot has got into: the answer that a recall has to find. */
export interface Affected {
  /** The lot that came in. */
  readonly source: string;
  /** Every lot with a part of it, however small, the source included. */
  readonly lots: readonly string[];
  /** Cases and pallets (by their SSCC). */
  readonly units: readonly string[];
  readonly shipments: readonly string[];
  readonly disposed: readonly string[];
}

/**
 * Follows a lot through what the line says, message by message: what is made of something affected is affected. Time
 * and lots run one way, so one pass is enough. Deliberately simple: it is what later programs are held against.
 */
export class AffectedLots {
  readonly #source: string;
  readonly #lots = new Set<string>();
  readonly #units = new Set<string>();
  readonly #shipments = new Set<string>();
  readonly #disposed = new Set<string>();

  constructor(source: string) {
    this.#source = source;
    this.#lots.add(source);
  }

  get found(): Affected {
    return {
      source: this.#source,
      lots: [...this.#lots],
      units: [...this.#units],
      shipments: [...this.#shipments],
      disposed: [...this.#disposed],
    };
  }

  see(event: BatchBody): void {
    switch (event.event) {
      case "SILO_TOPPED_UP":
        this.#spread([event.added, event.heel], [event.lot_id]);
        break;
      case "TRANSFORMED":
        this.#spread(
          event.inputs,
          event.outputs.map((lot) => lot.lot_id),
        );
        break;
      case "TRANSFERRED":
        if (event.lot_id !== undefined) this.#spread([event.moved, event.heel], [event.lot_id]);
        break;
      case "REWORK_CREATED":
        this.#spread(event.sources, [event.lot_id]);
        break;
      case "DISPOSED":
        for (const { lot_id } of event.lots) if (this.#lots.has(lot_id)) this.#disposed.add(lot_id);
        break;
      case "AGGREGATED": {
        const inside = [...(event.children ?? []), ...(event.contents ?? []).map(({ lot_id }) => lot_id)];
        if (inside.some((part) => this.#lots.has(part) || this.#units.has(part)))
          this.#units.add(event.unit_id);
        break;
      }
      case "SHIPPED":
        if (
          [...(event.units ?? []), ...(event.lots ?? [])].some(
            (part) => this.#units.has(part) || this.#lots.has(part),
          )
        )
          this.#shipments.add(event.shipment_id);
        break;
    }
  }

  #spread(from: readonly (Part | undefined)[], to: readonly string[]): void {
    if (!from.some((part) => part !== undefined && this.#lots.has(part.lot_id))) return;
    for (const lot of to) this.#lots.add(lot);
  }
}
