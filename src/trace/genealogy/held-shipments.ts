import type { ViewStore } from "../../views/view.ts";
import type { ViewRowReading, ViewTable } from "../../views/view-table.ts";
import { type EventFacts, factsOf, lotSubject, unitSubject } from "./event-facts.ts";
import { EVENTS, type EventRow, MENTIONS, MOMENTS } from "./genealogy-tables.ts";
import { MOVES, type MoveRow, PLACINGS, type PlacingRow, UNITS } from "./unit-tables.ts";

/** What reads rows, for a fold and for a question. */
export interface Rows {
  rows<Row extends Record<string, number | string | Uint8Array | null>>(
    table: ViewTable<Row>,
  ): ViewRowReading<Row>;
}

/** A hold over a subject that stood at a time. */
export interface StandingHold {
  readonly holdId: string;
  readonly subject: string;
  readonly sinceMs: number;
  readonly id: number;
}

/** The holds of one subject that no release had ended by then. */
export function holdsAt(store: Rows, subject: string, atMs: number): StandingHold[] {
  return openHolds(store.rows(MOVES).range({ prefix: [subject] }), subject, atMs);
}

/** The same of the subject's moves, by time. */
export function openHolds(moves: Iterable<MoveRow>, subject: string, atMs: number): StandingHold[] {
  const open = new Map<string, StandingHold>();
  for (const move of moves) {
    if (move.at_ms > atMs) break;
    if (move.event === "HOLD") {
      const holdId = move.about ?? "";
      open.set(holdId, { holdId, subject, sinceMs: move.at_ms, id: move.id });
    } else if (move.event === "RELEASE") {
      // A release that names no hold is a positive release: the goods are free of all of them.
      if (move.about === null) open.clear();
      else open.delete(move.about);
    }
  }
  return [...open.values()];
}

/** Where a unit is now: what put it in or took it out last. */
export function placeOf(store: Rows, unit: string): PlacingRow | undefined {
  const [newest] = store.rows(PLACINGS).range({ prefix: [unit], order: "desc", limit: 1 });
  return newest;
}

/** Everything that a unit was ever on. */
function parentsOf(store: Rows, unit: string): Set<string> {
  const parents = new Set<string>();
  for (const { parent } of store.rows(PLACINGS).range({ prefix: [unit] })) parents.add(parent);
  return parents;
}

/** A unit and all that a hold could name instead of it: what was put on it, the lots of its packs. */
export function subjectsOf(store: Rows, unit: string): string[] {
  const subjects = [unitSubject(unit)];
  const [made] = store.rows(UNITS).range({ prefix: [unit], limit: 1 });
  const row = made === undefined ? undefined : store.rows(EVENTS).get(made.id);
  if (row === undefined) return subjects;
  const facts = factsOf(JSON.parse(row.body), row.at_ms);
  const lots = new Set(facts.mentions.map(({ lot }) => lot));
  for (const child of facts.placings) {
    subjects.push(unitSubject(child.unit));
    if (lots.size > 0) continue;
    const [inside] = store.rows(UNITS).range({ prefix: [child.unit], limit: 1 });
    const said = inside === undefined ? undefined : store.rows(EVENTS).get(inside.id);
    if (said !== undefined)
      for (const { lot } of factsOf(JSON.parse(said.body), said.at_ms).mentions) lots.add(lot);
  }
  return [...subjects, ...Array.from(lots, lotSubject)];
}

/** Holds an event's units against holds and shipments: nothing leaves while it is on hold. */
export function reportHeldShipments(row: EventRow, facts: EventFacts, store: ViewStore): void {
  if (isDecision(row) && !isShippedSince(row.at_ms, store)) return;
  for (const subject of touched(row, facts, store)) {
    const shipped = [...store.rows(MOVES).range({ prefix: [subject] })].filter(
      ({ event }) => event === "SHIPPED",
    );
    if (shipped.length > 0) report(subject, shipped, store);
  }
}

function isDecision({ event }: EventRow): boolean {
  return event === "HOLD" || event === "RELEASE";
}

/**
 * What left before a hold or release is none of its business. Mostly nothing left since, and neither the journal of a
 * lot with its thousands of holds nor its units have to be read for each.
 */
function isShippedSince(atMs: number, store: ViewStore): boolean {
  for (const _ of store.rows(MOMENTS).range({ prefix: ["SHIPPED"], from: atMs, limit: 1 })) return true;
  return false;
}

/** What of the event may have changed whether something was shipped on hold, by its subject. */
function touched(row: EventRow, facts: EventFacts, store: ViewStore): Set<string> {
  const subjects = new Set<string>();
  if (facts.unit !== undefined) {
    subjects.add(unitSubject(facts.unit.unit));
    // A pallet that doesn't say what is on it has what its cases have.
    for (const parent of parentsOf(store, facts.unit.unit)) subjects.add(unitSubject(parent));
  }
  for (const { parent } of facts.placings) subjects.add(unitSubject(parent));
  for (const { subject } of facts.moves) {
    subjects.add(subject);
    if (!isDecision(row)) continue;
    if (subject.startsWith(lotSubject(""))) {
      const lot = subject.slice(lotSubject("").length);
      for (const { role, peer } of store.rows(MENTIONS).range({ prefix: [lot] })) {
        if (role !== "packed" && role !== "shown") continue;
        subjects.add(unitSubject(peer));
        for (const parent of parentsOf(store, peer)) subjects.add(unitSubject(parent));
      }
      continue;
    }
    const unit = subject.slice(unitSubject("").length);
    for (const parent of parentsOf(store, unit)) subjects.add(unitSubject(parent));
  }
  return subjects;
}

function report(subject: string, shipped: readonly MoveRow[], store: ViewStore): void {
  const isUnit = subject.startsWith(unitSubject(""));
  const name = subject.slice(subject.indexOf(":") + 1);
  const all = isUnit ? subjectsOf(store, name) : [subject];
  for (const { at_ms, id, about } of shipped) {
    const hold = all
      .flatMap((each) => holdsAt(store, each, at_ms))
      .sort((a, b) => a.sinceMs - b.sinceMs || a.id - b.id)
      .at(0);
    const key = `shipped_on_hold ${name} ${id}`;
    if (hold === undefined) store.heal(key);
    else
      store.report({
        key,
        reason: "shipped_on_hold",
        detail: `${name} left with ${about ?? "a shipment"}, while hold ${hold.holdId} stood on ${hold.subject.slice(hold.subject.indexOf(":") + 1)}`,
        subject: name,
        atMs: at_ms,
        messageId: id,
      });
  }
}
