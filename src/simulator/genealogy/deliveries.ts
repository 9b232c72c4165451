import type { Ingredient } from "../../plant/schema/ingredient.ts";
import type { LineContext } from "../line-context.ts";
import type { Silo } from "../process/silo.ts";
import type { RandomStream } from "../random-stream.ts";
import type { BodyOf } from "../report/machine-event.ts";
import { grams } from "../rounding.ts";
import { Countdown } from "../step-time.ts";
import { day } from "./lot-names.ts";

type BatchBody = BodyOf<"batch">;
type ReceivedBody = Extract<BatchBody, { event: "LOT_RECEIVED" }>;

/** Letters and digits of reference numbers: without those that are taken for one another. */
const REFERENCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const REFERENCE_LENGTH = 10;
/** An order takes between these to arrive, s. */
const LEAD_TIME_S = [2 * 3600, 6 * 3600] as const;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Cocoa that is delivered now was harvested so long ago, days. */
const HARVEST_DAYS = [330, 180] as const;
const BEST_BEFORE_DAYS = 540;

/** A lot that the laboratory finds contaminated, days after it came in. */
export interface SuspectLot {
  readonly lotId: string;
  readonly ingredient: Ingredient;
  readonly hazard: string;
  /** When the result is there, ms since 1970. */
  readonly knownFromMs: number;
}

/** A silo, and how long what was ordered for it is still on its way. */
interface Stock {
  readonly silo: Silo;
  order: Countdown | undefined;
}

/** Orders ingredients when silos get low, and takes in what is delivered. */
export class Deliveries {
  readonly #line: LineContext;
  readonly #random: RandomStream;
  readonly #suspects: SuspectLot[] = [];
  readonly #stock: readonly Stock[];

  constructor(line: LineContext, random: RandomStream) {
    this.#line = line;
    this.#random = random;
    this.#stock = [...line.silos.values()].map((silo) => ({ silo, order: undefined }));
  }

  /** One step further: what came in, as batch events. */
  step(nowMs: number): BatchBody[] {
    const events = this.#contaminated(nowMs);
    for (const stock of this.#stock) {
      const { silo, order } = stock;
      if (order === undefined) {
        if (silo.kg >= silo.parameters.reorder_kg) continue;
        stock.order = new Countdown(this.#random.between(...LEAD_TIME_S));
      } else if (order.step()) {
        stock.order = undefined;
        events.push(...this.#arrive(silo, nowMs));
      }
    }
    return events;
  }

  /** A lot that comes in contaminated, beside what was ordered: nobody can tell by looking at it. */
  #contaminated(nowMs: number): BatchBody[] {
    const fault = this.#line.disturbances.takeContaminatedDelivery();
    const stock = this.#stock.find(({ silo }) => silo.ingredient.id === fault?.ingredient);
    if (fault === undefined || stock === undefined) return [];
    const { silo } = stock;
    const lotId = this.#line.names.received(fault.ingredient, nowMs);
    this.#line.scenario?.follow(lotId);
    this.#suspects.push({
      lotId,
      ingredient: silo.ingredient,
      hazard: fault.hazard,
      knownFromMs: nowMs + fault.discovered_after_h * HOUR_MS,
    });
    // It is what was ordered, if anything was: two deliveries would not fit.
    stock.order = undefined;
    return this.#arrive(silo, nowMs, Math.min(fault.delivery_kg, silo.parameters.capacity_kg - silo.kg));
  }

  /** A lot of which the laboratory has found by now what is in it; each once. */
  takeSuspect(nowMs: number): SuspectLot | undefined {
    const index = this.#suspects.findIndex(({ knownFromMs }) => knownFromMs <= nowMs);
    return index < 0 ? undefined : this.#suspects.splice(index, 1)[0];
  }

  /** What is in the silos when the simulation begins. */
  opening(nowMs: number): BatchBody[] {
    const events: BatchBody[] = [];
    for (const silo of this.#line.silos.values()) {
      const lotId = this.#line.names.received(silo.ingredient.id, nowMs);
      const comment = "stock at the begin of the simulation";
      events.push({ ...this.#received(silo.ingredient, lotId, silo.kg, nowMs), comment });
      events.push({
        event: "SILO_TOPPED_UP",
        location: siloName(silo),
        added: { lot_id: lotId, material: silo.ingredient.id, kind: "ingredient", quantity_kg: silo.kg },
        lot_id: silo.lotId,
        comment,
      });
    }
    return events;
  }

  #arrive(silo: Silo, nowMs: number, deliveredKg: number = silo.parameters.delivery_kg): BatchBody[] {
    const { ingredient } = silo;
    const lotId = this.#line.names.received(ingredient.id, nowMs);
    const kg = grams(deliveredKg);
    const content = this.#line.names.silo(ingredient.id, nowMs);
    const heel = silo.topUp(kg, content);
    return [
      this.#received(ingredient, lotId, kg, nowMs),
      {
        event: "SILO_TOPPED_UP",
        location: siloName(silo),
        added: { lot_id: lotId, material: ingredient.id, kind: "ingredient", quantity_kg: kg },
        ...(heel.quantity_kg > 0 ? { heel } : {}),
        lot_id: content,
      },
    ];
  }

  #received(ingredient: Ingredient, lotId: string, kg: number, nowMs: number): ReceivedBody {
    const lot = this.#reference();
    return {
      event: "LOT_RECEIVED",
      lot_id: lotId,
      material: ingredient.id,
      kind: "ingredient",
      quantity_kg: kg,
      supplier: ingredient.supplier,
      supplier_lot: lot,
      delivery_id: `DN-${this.#reference()}`,
      certificate: `COA-${lot}`,
      country: ingredient.country,
      allergens: ingredient.allergens,
      best_before: day(nowMs + BEST_BEFORE_DAYS * DAY_MS),
      ...this.#dueDiligence(ingredient, kg, nowMs),
    };
  }

  #dueDiligence(ingredient: Ingredient, kg: number, nowMs: number): Pick<ReceivedBody, "due_diligence"> {
    const { origin } = ingredient;
    if (origin === undefined) return {};
    const [from, until] = HARVEST_DAYS;
    const statement = {
      reference: `${String(new Date(nowMs).getUTCFullYear() % 100)}${origin.country}${this.#reference()}`,
      role: origin.role,
      hs_code: origin.hs_code,
      quantity_kg: kg,
      country: origin.country,
      harvested_from: day(nowMs - from * DAY_MS),
      harvested_until: day(nowMs - until * DAY_MS),
      plots: origin.plots.map(({ id, ...plot }) => ({ plot_id: id, country: origin.country, ...plot })),
    };
    return { due_diligence: [statement] };
  }

  #reference(): string {
    let text = "";
    for (let index = 0; index < REFERENCE_LENGTH; index++) {
      text += REFERENCE_LETTERS[Math.floor(this.#random.uniform() * REFERENCE_LETTERS.length)] ?? "";
    }
    return text;
  }
}

function siloName(silo: Silo): string {
  return `silo ${silo.ingredient.id}`;
}
