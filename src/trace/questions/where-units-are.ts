import { lotSubject, unitSubject } from "../genealogy/event-facts.ts";
import { holdsAt, openHolds } from "../genealogy/held-shipments.ts";
import { MOVES, type MoveRow } from "../genealogy/unit-tables.ts";
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

/** Where a unit is, and which holds stand on it. */
export interface Standing {
  readonly where: Whereabouts;
  /** Ids of the holds, on itself or on what it is on. */
  readonly holds: readonly string[];
}

/** What was said of a unit and of what it is on, read once: a recall asks it of tens of thousands. */
export function standingOf(genealogy: Genealogy, unit: string): Standing {
  const parent = genealogy.parentOf(unit);
  const said = [unit, ...(parent === undefined ? [] : [parent])].map((each) => {
    const subject = unitSubject(each);
    return { subject, moves: movesOf(genealogy, subject) };
  });
  let where: Whereabouts | undefined;
  const holds: string[] = [];
  for (const { subject, moves } of said) {
    where ??= placedBy(genealogy, moves);
    for (const { holdId } of openHolds(moves, subject, Number.POSITIVE_INFINITY)) holds.push(holdId);
  }
  return { where: where ?? IN_STOCK, holds };
}

/** The newest of what was said about where it went. Looks at the unit itself, then at what it is on. */
export function whereIs(genealogy: Genealogy, unit: string): Whereabouts {
  return standingOf(genealogy, unit).where;
}

/** As `whereIs`, for a lot that was shipped as such. */
export function whereLotIs(genealogy: Genealogy, lot: string): Whereabouts {
  return placedBy(genealogy, movesOf(genealogy, lotSubject(lot))) ?? IN_STOCK;
}

function movesOf(genealogy: Genealogy, subject: string): MoveRow[] {
  return [...genealogy.reading.rows(MOVES).range({ prefix: [subject] })];
}

function placedBy(genealogy: Genealogy, moves: readonly MoveRow[]): Whereabouts | undefined {
  for (const { event, id, at_ms, about } of moves.toReversed()) {
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
export function holdsOn(genealogy: Genealogy, unit: string): readonly string[] {
  return standingOf(genealogy, unit).holds;
}

/** Ids of the holds that stand on a lot itself. */
export function holdsOnLot(genealogy: Genealogy, lot: string): string[] {
  return holdsAt(genealogy.reading, lotSubject(lot), Number.POSITIVE_INFINITY).map(({ holdId }) => holdId);
}
