import type { ViewStore } from "../../views/view.ts";
import type { ViewRows } from "../../views/view-table.ts";
import { type EventFacts, factsOf, unitSubject } from "./event-facts.ts";
import { EVENTS, type EventRow } from "./genealogy-tables.ts";
import { placeOf, reportHeldShipments } from "./held-shipments.ts";
import {
  ABOUTS,
  MOVES,
  OPEN_CASES,
  PACK_CODES,
  PALLETS,
  PLACINGS,
  UNITS,
  type UnitRow,
} from "./unit-tables.ts";

/** Puts in what an event says of cases and pallets, holds and shipments, or takes it out. */
export function keepUnits(row: EventRow, facts: EventFacts, put: boolean, store: ViewStore): void {
  const { id, at_ms, event } = row;
  const moves = store.rows(MOVES);
  for (const { subject, about } of facts.moves) {
    if (put) moves.put({ subject, at_ms, id, event, about });
    else moves.delete(subject, at_ms, id);
  }
  if (facts.about !== null) {
    const abouts = store.rows(ABOUTS);
    if (put) abouts.put({ about: facts.about, at_ms, id, event });
    else abouts.delete(facts.about, at_ms, id);
  }
  if (facts.unit !== undefined) keepUnit(row, facts.unit, facts, put, store);
  keepPlacings(row, facts, put, store);
  reportHeldShipments(row, facts, store);
}

function keepUnit(
  row: EventRow,
  made: NonNullable<EventFacts["unit"]>,
  facts: EventFacts,
  put: boolean,
  store: ViewStore,
): void {
  const { id, at_ms } = row;
  const units = store.rows(UNITS);
  const codes = store.rows(PACK_CODES);
  const { unit, kind, item, mg, pieces } = made;
  const said = new Set(facts.mentions.map(({ lot }) => lot));
  const lots = [...said].join("\n");
  if (put) {
    const product = productOf(row);
    const about = { product, batch: row.batch, machine: row.machine };
    units.put({ unit, at_ms, id, kind, item, ...about, mg, pieces, lots });
    if (kind === "pallet") store.rows(PALLETS).put({ at_ms, unit, id, mg, product, lots });
  } else {
    units.delete(unit, at_ms, id);
    if (kind === "pallet") store.rows(PALLETS).delete(at_ms, unit, id);
  }
  for (const { code, lot, fromMs, untilMs } of made.codes) {
    if (put) codes.put({ code, from_ms: fromMs, unit, lot, until_ms: untilMs, id });
    else codes.delete(code, fromMs, unit, lot);
  }
  const all = [...units.range({ prefix: [unit] })];
  const [first, second] = all;
  if (!put || second !== undefined) {
    reportTwice(unit, first, second, store);
    // Which making counts may have changed, and with it the lots.
    for (const lot of [...said, ...all.flatMap(lotsOf)]) store.rows(OPEN_CASES).delete(lot, unit);
  }
  keepOpen(unit, first, store);
  if (kind === "pallet") {
    for (const move of [...store.rows(MOVES).range({ prefix: [unitSubject(unit)] })]) {
      if (move.event === "DISAGGREGATED") loosen(unit, childrenOf(facts), move.at_ms, move.id, put, store);
    }
  }
}

function productOf({ body }: EventRow): string | null {
  const { product_type } = JSON.parse(body) as { product_type?: string };
  return product_type ?? null;
}

function keepPlacings(
  { id, at_ms, event }: EventRow,
  facts: EventFacts,
  put: boolean,
  store: ViewStore,
): void {
  const placings = store.rows(PLACINGS);
  for (const { unit, parent, inside } of facts.placings) {
    if (put) placings.put({ unit, at_ms, id, parent, inside });
    else placings.delete(unit, at_ms, id);
    keepOpen(unit, firstOf(store.rows(UNITS), unit), store);
  }
  if (event !== "DISAGGREGATED" || facts.placings.length > 0) return;
  // Opened as a whole: all that were put in by then come out.
  for (const { subject } of facts.moves) {
    const parent = subject.slice(unitSubject("").length);
    for (const made of [...store.rows(UNITS).range({ prefix: [parent] })]) {
      const row = store.rows(EVENTS).get(made.id);
      if (row !== undefined)
        loosen(parent, childrenOf(factsOf(JSON.parse(row.body), row.at_ms)), at_ms, id, put, store);
    }
  }
}

function childrenOf({ placings }: EventFacts): string[] {
  return placings.filter(({ inside }) => inside !== 0).map(({ unit }) => unit);
}

function loosen(
  parent: string,
  children: readonly string[],
  at_ms: number,
  id: number,
  put: boolean,
  store: ViewStore,
): void {
  const placings = store.rows(PLACINGS);
  for (const unit of children) {
    if (put) placings.put({ unit, at_ms, id, parent, inside: 0 });
    else placings.delete(unit, at_ms, id);
    keepOpen(unit, firstOf(store.rows(UNITS), unit), store);
  }
}

/** Whether a case is open follows from where it is now: worked out anew whenever something of it changes. */
function keepOpen(unit: string, made: UnitRow | undefined, store: ViewStore): void {
  if (made === undefined || made.kind !== "case") return;
  const open = store.rows(OPEN_CASES);
  const isOpen = placeOf(store, unit)?.inside !== 1;
  for (const lot of lotsOf(made)) {
    const wasOpen = open.get(lot, unit) !== undefined;
    if (isOpen && !wasOpen) open.put({ lot, unit });
    else if (wasOpen && !isOpen) open.delete(lot, unit);
  }
}

/** The making of a unit that counts: the first one. */
export function firstOf(units: Pick<ViewRows<UnitRow>, "range">, unit: string): UnitRow | undefined {
  const [first] = units.range({ prefix: [unit], limit: 1 });
  return first;
}

/** The lots of a unit's packs; none where only its children say. */
export function lotsOf({ lots }: Pick<UnitRow, "lots">): string[] {
  return lots === "" ? [] : lots.split("\n");
}

function reportTwice(
  unit: string,
  first: UnitRow | undefined,
  second: UnitRow | undefined,
  store: ViewStore,
): void {
  const key = `unit_twice ${unit}`;
  if (first === undefined || second === undefined) {
    store.heal(key);
    return;
  }
  store.report({
    key,
    reason: "unit_made_twice",
    detail: `${second.kind} ${unit} is made up again by message ${second.id}; what message ${first.id} says counts`,
    subject: unit,
    atMs: second.at_ms,
    messageId: second.id,
  });
}
