import { unitSubject } from "../genealogy/event-facts.ts";
import { MENTIONS, MOMENTS } from "../genealogy/genealogy-tables.ts";
import { MOVES, PLACINGS, UNITS } from "../genealogy/unit-tables.ts";
import type { Subject } from "../questions/find-subject.ts";
import type { Genealogy, SaidEvent } from "../questions/genealogy.ts";
import { trace } from "../questions/trace.ts";
import type { EpcisEvent } from "./epcis-event.ts";
import { EPCIS_KINDS, type EpcisDependencies, toEpcis } from "./to-epcis.ts";

const CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";
/** Lots and units of one export: a batch and all its cases is about 4,000. */
const MOST_NODES = 50_000;

/** The place of an event in a list by time. */
export type EventPlace = readonly [atMs: number, id: number];

/** Events of a span by time, from all kinds that EPCIS has a word for. */
export function* eventsBetween(
  genealogy: Genealogy,
  fromMs: number,
  toMs: number,
  after?: EventPlace,
): Iterable<SaidEvent> {
  const begin = after === undefined ? fromMs : Math.max(fromMs, after[0]);
  const rows = EPCIS_KINDS.map((name) =>
    genealogy.reading
      .rows(MOMENTS)
      .range({ prefix: [name], from: begin, to: toMs })
      [Symbol.iterator](),
  );
  const heads = rows.map((each) => each.next());
  for (;;) {
    let first: number | undefined;
    for (const [at, head] of heads.entries()) {
      if (head.done === true) continue;
      const best = first === undefined ? undefined : heads[first];
      if (best === undefined || best.done === true || isBefore(head.value, best.value)) first = at;
    }
    if (first === undefined) return;
    const head = heads[first];
    const next = rows[first]?.next();
    if (head === undefined || head.done === true || next === undefined) return;
    heads[first] = next;
    const { at_ms, id } = head.value;
    if (after !== undefined && (at_ms < after[0] || (at_ms === after[0] && id <= after[1]))) continue;
    const event = genealogy.event(id);
    if (event !== undefined) yield event;
  }
}

function isBefore(a: { at_ms: number; id: number }, b: { at_ms: number; id: number }): boolean {
  return a.at_ms < b.at_ms || (a.at_ms === b.at_ms && a.id < b.id);
}

/** Every event that names something, what it was made of, or what was made of it. */
export function eventsOf(genealogy: Genealogy, subject: Subject): SaidEvent[] {
  const { nodes } = trace(genealogy, subject, "both", { most: MOST_NODES });
  const ids = new Set<number>();
  const units = new Set(subject.units);
  for (const node of nodes) {
    if (node.kind === "unit") units.add(node.id);
    else
      for (const { id, role, peer } of genealogy.reading.rows(MENTIONS).range({ prefix: [node.id] })) {
        ids.add(id);
        if (role === "packed" || role === "shown") units.add(peer);
      }
    genealogy.spend();
  }
  for (const unit of units) {
    for (const { id } of genealogy.reading.rows(UNITS).range({ prefix: [unit] })) ids.add(id);
    for (const { id } of genealogy.reading.rows(PLACINGS).range({ prefix: [unit] })) ids.add(id);
    for (const { id } of genealogy.reading.rows(MOVES).range({ prefix: [unitSubject(unit)] })) ids.add(id);
  }
  return [...ids].flatMap((id) => genealogy.event(id) ?? []).sort((a, b) => a.atMs - b.atMs || a.id - b.id);
}

/** Events as EPCIS has them; those it has no word for are left out. */
export function epcisEvents(events: Iterable<SaidEvent>, dependencies: EpcisDependencies): EpcisEvent[] {
  const list: EpcisEvent[] = [];
  for (const event of events) {
    const translated = toEpcis(event, dependencies);
    if (translated !== undefined) list.push(translated);
  }
  return list;
}

/** An EPCIS document (JSON-LD). @param atMs when it is made */
export function epcisDocument(eventList: readonly EpcisEvent[], atMs: number) {
  return {
    "@context": [CONTEXT],
    type: "EPCISDocument",
    schemaVersion: "2.0",
    creationDate: new Date(atMs).toISOString(),
    epcisBody: { eventList },
  };
}

/** The answer of the query interface (`GET /epcis/events`). */
export function epcisQueryDocument(eventList: readonly EpcisEvent[], atMs: number) {
  return {
    "@context": [CONTEXT],
    type: "EPCISQueryDocument",
    schemaVersion: "2.0",
    creationDate: new Date(atMs).toISOString(),
    epcisBody: { queryResults: { queryName: "SimpleEventQuery", resultsBody: { eventList } } },
  };
}
