import type { Dispatch } from "../../plant/schema/dispatch.ts";
import type { BodyOf, MachineEvent } from "../report/machine-event.ts";
import { STEP_MS } from "../step-time.ts";
import type { LotNames } from "./lot-names.ts";

type BatchBody = BodyOf<"batch">;
type EventOf<Name extends BatchBody["event"]> = Extract<BatchBody, { event: Name }>;
type Target = { readonly units?: readonly string[]; readonly lots?: readonly string[] };

/** A pallet in the warehouse. */
interface Pallet {
  readonly sscc: string;
  /** Cases on it. */
  readonly cases: ReadonlySet<string>;
  /** Lots of bars in it. */
  readonly lots: ReadonlySet<string>;
  readonly productType: NonNullable<BatchBody["product_type"]> | undefined;
  readonly packedMs: number;
  released: boolean;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Deliveries of an ingredient whose due diligence goes with a shipment: silos mix the newest ones. */
const REFERENCES_KEPT = 3;

/**
 * The warehouse behind the palletiser: pallets wait for their release, which quality gives once a day, and leave in
 * the order in which they were packed. What is on hold stays; a hold of something that no pallet names (an ingredient)
 * stops every truck, because nobody knows yet where it went.
 */
export class FinishedGoods {
  readonly #dispatch: Dispatch | undefined;
  readonly #names: LotNames;
  readonly #pallets: Pallet[] = [];
  /** Open holds by their id. */
  readonly #holds = new Map<string, Target>();
  /** References of the newest deliveries, by material. */
  readonly #dueDiligence = new Map<string, string[]>();
  #trucks = 0;

  constructor(dispatch: Dispatch | undefined, names: LotNames) {
    this.#dispatch = dispatch;
    this.#names = names;
  }

  /** Something was said on the line. */
  see({ type, body }: MachineEvent, ms: number): void {
    if (type !== "batch" || this.#dispatch === undefined) return;
    if (body.event === "AGGREGATED" && body.unit_kind === "pallet") this.#store(body, ms);
    else if (body.event === "HOLD") this.#holds.set(body.hold_id, body);
    else if (body.event === "RELEASE" && body.hold_id !== undefined) this.#holds.delete(body.hold_id);
    else if (body.event === "LOT_RECEIVED") this.#received(body);
  }

  /** What quality and dispatch say in this step. */
  step(nowMs: number): BatchBody[] {
    const dispatch = this.#dispatch;
    if (dispatch === undefined) return [];
    return [
      ...(isHour(dispatch.release_utc_h, nowMs) ? this.#release(dispatch, nowMs) : []),
      ...(isHour(dispatch.departs_utc_h, nowMs) ? this.#depart(dispatch, nowMs) : []),
    ];
  }

  #store(body: EventOf<"AGGREGATED">, packedMs: number): void {
    this.#pallets.push({
      sscc: body.unit_id,
      cases: new Set(body.children),
      lots: new Set(body.contents?.map(({ lot_id }) => lot_id)),
      productType: body.product_type,
      packedMs,
      released: false,
    });
  }

  #received({ material, due_diligence = [] }: EventOf<"LOT_RECEIVED">): void {
    if (due_diligence.length === 0) return;
    const known = this.#dueDiligence.get(material) ?? [];
    const all = [...known, ...due_diligence.map(({ reference }) => reference)];
    this.#dueDiligence.set(material, all.slice(-REFERENCES_KEPT));
  }

  #release({ release_after_h }: Dispatch, nowMs: number): BatchBody[] {
    const rested = this.#free().filter(
      ({ released, packedMs }) => !released && packedMs <= nowMs - release_after_h * HOUR_MS,
    );
    const products = new Set(rested.map(({ productType }) => productType));
    return [...products].map((product): BatchBody => {
      const pallets = rested.filter(({ productType }) => productType === product);
      for (const pallet of pallets) pallet.released = true;
      return {
        event: "RELEASE",
        ...(product === undefined ? {} : { product_type: product }),
        units: pallets.map(({ sscc }) => sscc),
        decision: "released",
        reason: "rested, laboratory results within limits, detector tests passed, nothing on hold",
        by: "quality",
      };
    });
  }

  #depart({ pallets_per_truck, carrier, customers }: Dispatch, nowMs: number): BatchBody[] {
    const ready = this.#free().filter(({ released }) => released);
    const shipments: BatchBody[] = [];
    for (let first = 0; first < ready.length; first += pallets_per_truck) {
      const customer = customers[this.#trucks % customers.length];
      if (customer === undefined) break;
      const load = ready.slice(first, first + pallets_per_truck).map(({ sscc }) => sscc);
      const references = [...this.#dueDiligence.values()].flat();
      shipments.push({
        event: "SHIPPED",
        shipment_id: this.#names.shipment(nowMs, shipments.length),
        customer: { party_id: customer.gln, name: customer.name, address: customer.address },
        units: load,
        carrier,
        ...(references.length === 0 ? {} : { due_diligence_references: references }),
      });
      this.#trucks += 1;
    }
    for (const pallet of ready) this.#pallets.splice(this.#pallets.indexOf(pallet), 1);
    return shipments;
  }

  /** Pallets that no hold keeps, those packed first in front. */
  #free(): Pallet[] {
    const holds = [...this.#holds.values()];
    const untraced = holds.some(
      (hold) =>
        hold.units === undefined &&
        !this.#pallets.some(({ lots }) => hold.lots?.some((lot) => lots.has(lot))),
    );
    return untraced ? [] : this.#pallets.filter((pallet) => !holds.some((hold) => keeps(hold, pallet)));
  }
}

function keeps({ units = [], lots = [] }: Target, pallet: Pallet): boolean {
  return (
    units.some((unit) => unit === pallet.sscc || pallet.cases.has(unit)) ||
    lots.some((lot) => pallet.lots.has(lot))
  );
}

/** Whether this hour of the day begins in the step that ends now. */
function isHour(hour: number, nowMs: number): boolean {
  const since = (nowMs % DAY_MS) - hour * HOUR_MS;
  return since >= 0 && since < STEP_MS;
}
