import { lotSubject, unitSubject } from "../genealogy/event-facts.ts";
import { holdsAt } from "../genealogy/held-shipments.ts";
import { MOVES } from "../genealogy/unit-tables.ts";
import { type Genealogy, isEvent } from "./genealogy.ts";

/** Where a unit or lot is, as far as anybody said. */
export interface Whereabouts {
  readonly place: "stock" | "shipped" | "returned" | "disposed";
  readonly sinceMs: number | null;
  readonly shipment: string | null;
  readonly customer: Customer | null;
}

/** Who was supplied: a GLN or the plant's own number, with name and address. */
export interface Customer {
  readonly party: string;
  readonly name: string;
  readonly address: string;
}

const IN_STOCK: Whereabouts = { place: "stock", sinceMs: null, shipment: null, customer: null };

/** The newest of what was said about where it went. Looks at the unit itself, then at what it is on. */
export function whereIs(genealogy: Genealogy, unit: string): Whereabouts {
  return (
    placedBy(genealogy, unitSubject(unit)) ??
    (genealogy.parentOf(unit) === undefined
      ? IN_STOCK
      : (placedBy(genealogy, unitSubject(genealogy.parentOf(unit) ?? "")) ?? IN_STOCK))
  );
}

/** As `whereIs`, for a lot that was shipped as such. */
export function whereLotIs(genealogy: Genealogy, lot: string): Whereabouts {
  return placedBy(genealogy, lotSubject(lot)) ?? IN_STOCK;
}

function placedBy(genealogy: Genealogy, subject: string): Whereabouts | undefined {
  const rows = genealogy.reading.rows(MOVES).range({ prefix: [subject], order: "desc" });
  for (const { event, id, at_ms, about } of rows) {
    if (event === "DISPOSED") return { ...IN_STOCK, place: "disposed", sinceMs: at_ms };
    if (event !== "SHIPPED" && event !== "RETURNED") continue;
    const said = genealogy.event(id);
    const party =
      isEvent(said, "SHIPPED") || isEvent(said, "RETURNED") ? said.body.customer : { party_id: "" };
    const { party_id, name = party_id, address = "" } = party;
    return {
      place: event === "SHIPPED" ? "shipped" : "returned",
      sinceMs: at_ms,
      shipment: about,
      customer: { party: party_id, name, address },
    };
  }
  return undefined;
}

/** Whether a unit is on hold now, itself or by what it is on. */
export function holdsOn(genealogy: Genealogy, unit: string): string[] {
  const subjects = [unitSubject(unit)];
  const parent = genealogy.parentOf(unit);
  if (parent !== undefined) subjects.push(unitSubject(parent));
  return subjects.flatMap((subject) =>
    holdsAt(genealogy.reading, subject, Number.POSITIVE_INFINITY).map(({ holdId }) => holdId),
  );
}

/** Ids of the holds that stand on a lot itself. */
export function holdsOnLot(genealogy: Genealogy, lot: string): string[] {
  return holdsAt(genealogy.reading, lotSubject(lot), Number.POSITIVE_INFINITY).map(({ holdId }) => holdId);
}
