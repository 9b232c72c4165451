import type { BatchEvent, BatchEventOf, BatchV2 } from "../../contract/schemas/batch-v2.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { EVENTS, type EventRow, LOTS, type LotRow, MOMENTS } from "../genealogy/genealogy-tables.ts";
import { eventOf } from "../genealogy/genealogy-view.ts";
import { placeOf } from "../genealogy/held-shipments.ts";
import { firstOf } from "../genealogy/keep-units.ts";
import { UNITS, type UnitRow } from "../genealogy/unit-tables.ts";
import type { GraphNow } from "../graph/read-graph.ts";

/** An event as it was said, with when and by whom. */
export interface SaidEvent<Body extends BatchV2 = BatchV2> {
  readonly id: number;
  readonly atMs: number;
  readonly machine: string;
  readonly body: Body;
}

/** A message is 256 KiB at most, and mostly under one. */
const MOST_SAID = 64;

/** What questions over lots are answered from: the view's rows, and the graph that was made of them. */
export class Genealogy {
  readonly reading: ViewReading;
  readonly #graph: () => GraphNow;
  readonly spend: () => void;
  #now: GraphNow | undefined;
  /** Events that many goods point to, as a truck's pallets to its departure, are read and decoded once. */
  readonly #said = new Map<number, SaidEvent>();

  constructor(reading: ViewReading, graph: () => GraphNow, spend: () => void = () => {}) {
    this.reading = reading;
    this.#graph = graph;
    this.spend = spend;
  }

  get graphNow(): GraphNow {
    this.#now ??= this.#graph();
    return this.#now;
  }

  lot(id: string): LotRow | undefined {
    return this.reading.rows(LOTS).get(id);
  }

  /** The making of a case or pallet that counts. */
  unit(id: string): UnitRow | undefined {
    return firstOf(this.reading.rows(UNITS), id);
  }

  /** What a unit is on now; undefined where it stands alone. */
  parentOf(unit: string): string | undefined {
    const placed = placeOf(this.reading, unit);
    return placed === undefined || placed.inside === 0 ? undefined : placed.parent;
  }

  event(id: number): SaidEvent | undefined {
    const known = this.#said.get(id);
    if (known !== undefined) return known;
    const row = this.reading.rows(EVENTS).get(id);
    if (row === undefined) return undefined;
    const event = said(row);
    if (this.#said.size >= MOST_SAID) this.#said.clear();
    this.#said.set(id, event);
    return event;
  }

  /** Events of a kind by time, corrected ones left out. */
  *events<Name extends BatchEvent>(
    name: Name,
    span: { readonly fromMs?: number; readonly toMs?: number } = {},
  ): Iterable<SaidEvent<BatchEventOf<Name>>> {
    const range = { prefix: [name], from: span.fromMs, to: span.toMs };
    for (const { id } of this.reading.rows(MOMENTS).range(range)) {
      const row = this.reading.rows(EVENTS).get(id);
      if (row !== undefined) yield said(row) as SaidEvent<BatchEventOf<Name>>;
    }
  }
}

function said(row: EventRow): SaidEvent {
  return { id: row.id, atMs: row.at_ms, machine: row.machine, body: eventOf(row) };
}

/** Whether an event is of a kind. */
export function isEvent<Name extends BatchEvent>(
  event: SaidEvent | undefined,
  name: Name,
): event is SaidEvent<BatchEventOf<Name>> {
  return event?.body.event === name;
}
