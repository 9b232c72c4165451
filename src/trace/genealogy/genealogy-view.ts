import type { BatchV2 } from "../../contract/schemas/batch-v2.ts";
import type { View, ViewMessageOf, ViewStore } from "../../views/view.ts";
import { factsOf } from "./event-facts.ts";
import {
  BATCH_MOMENTS,
  EDGES,
  EVENTS,
  type EventRow,
  LOTS,
  MENTIONS,
  MOMENTS,
  NUMBERS,
  RETRACTIONS,
} from "./genealogy-tables.ts";
import { keepLots, rebuildLots } from "./keep-lots.ts";
import { keepTransformation } from "./keep-transformation.ts";
import { keepUnits } from "./keep-units.ts";
import {
  ABOUTS,
  MOVES,
  OPEN_CASES,
  PACK_CODES,
  PALLETS,
  PLACINGS,
  TRANSFORMATIONS,
  UNITS,
} from "./unit-tables.ts";

/**
 * VIEW. What became of every lot: who made it of what, where it went, what was decided over it. Rows are what events
 * say; a correction takes back what the corrected event said. Nothing is let go: a recall looks back years.
 */
export const genealogyView: View = {
  name: "genealogy",
  version: 1,
  consumes: ["batch"],
  tables: [
    ...[EVENTS, NUMBERS, RETRACTIONS, MOMENTS, BATCH_MOMENTS, EDGES, MENTIONS, LOTS],
    ...[UNITS, PALLETS, PLACINGS, OPEN_CASES, MOVES, ABOUTS, PACK_CODES, TRANSFORMATIONS],
  ],
  fold(message, store) {
    if (message.type !== "batch") return;
    const { payload } = message;
    if (payload.corrects !== undefined) correct(message, payload.corrects, store);
    const row = rowOf(message, numbered(message, store));
    store.rows(EVENTS).put(row);
    if (row.corrected_by === null) keep(row, 1, store);
  },
};

/** The event of a row as it was said, but for the envelope. */
export function eventOf({ body }: Pick<EventRow, "body">): BatchV2 {
  return JSON.parse(body) as BatchV2;
}

function rowOf(message: ViewMessageOf<"batch">, corrected_by: number | null): EventRow {
  const { v: _v, ts: _ts, boot: _boot, seq: _seq, refill: _refill, ...body } = message.payload;
  return {
    id: message.id,
    // Nothing is received before it happens: what a clock that is ahead dates into the future is placed at its receipt.
    at_ms: Math.min(message.atMs, message.receivedAtMs),
    received_ms: message.receivedAtMs,
    event: body.event,
    machine: message.topic.machineKey,
    boot: message.boot ?? "",
    seq: message.seq ?? 0,
    batch: body.batch_id ?? null,
    body: JSON.stringify(body),
    corrected_by,
  };
}

/** Notes where the event of this number is; returns what corrects it, if that was said already. */
function numbered({ topic, boot, seq, id }: ViewMessageOf<"batch">, store: ViewStore): number | null {
  if (boot === null || seq === null) return null;
  const numbers = store.rows(NUMBERS);
  const machine = topic.machineKey;
  const corrected_by = numbers.get(machine, boot, seq)?.corrected_by ?? null;
  if (corrected_by !== null) store.rows(RETRACTIONS).put({ id: corrected_by, corrected: id });
  numbers.put({ machine, boot, seq, id, corrected_by });
  return corrected_by;
}

function correct(
  { topic, id }: ViewMessageOf<"batch">,
  { machine = topic.machineKey, boot, seq }: NonNullable<BatchV2["corrects"]>,
  store: ViewStore,
): void {
  const numbers = store.rows(NUMBERS);
  const known = numbers.get(machine, boot, seq);
  // Of several corrections the first one of the log is named: the same whichever is folded first.
  const corrected_by = Math.min(id, known?.corrected_by ?? id);
  numbers.put({ machine, boot, seq, id: known?.id ?? null, corrected_by });
  if (known?.id != null) retract(known.corrected_by, corrected_by, known.id, store);
  const wrong = known?.id == null ? undefined : store.rows(EVENTS).get(known.id);
  if (wrong === undefined) return;
  store.rows(EVENTS).put({ ...wrong, corrected_by });
  if (wrong.corrected_by === null) keep(wrong, -1, store);
}

function retract(before: number | null, by: number, corrected: number, store: ViewStore): void {
  if (before !== null) store.rows(RETRACTIONS).delete(before, corrected);
  store.rows(RETRACTIONS).put({ id: by, corrected });
}

/** Puts into the tables what an event says, or takes it out again. */
function keep(row: EventRow, sign: 1 | -1, store: ViewStore): void {
  const event = eventOf(row);
  const facts = factsOf(event, row.at_ms);
  const { id, at_ms, event: name } = row;
  const put = sign === 1;

  const moments = store.rows(MOMENTS);
  if (put) moments.put({ event: name, at_ms, id });
  else moments.delete(name, at_ms, id);
  if (row.batch !== null && facts.unit?.kind !== "case") {
    const moments = store.rows(BATCH_MOMENTS);
    if (put) moments.put({ batch: row.batch, at_ms, id, event: name });
    else moments.delete(row.batch, at_ms, id);
  }
  const edges = store.rows(EDGES);
  for (const [n, { source, target, kind, mg }] of facts.flows.entries()) {
    if (put) edges.put({ id, n, source, target, kind, mg });
    else edges.delete(id, n);
  }
  const mentions = store.rows(MENTIONS);
  for (const [n, { lot, role, mg, pieces, peer }] of facts.mentions.entries()) {
    if (put) mentions.put({ lot, at_ms, id, n, role, mg, pieces, peer });
    else mentions.delete(lot, at_ms, id, n);
  }
  if (put) keepLots(row, event, facts, store);
  else rebuildLots(facts, store);
  keepTransformation(row, facts, put, store);
  keepUnits(row, facts, put, store);
  reportSelf(row, facts.flows, put, store);
}

/** A lot that is made of itself: the graph of lots has no such edge, and the event is to be looked at. */
function reportSelf(
  { id, at_ms }: EventRow,
  flows: readonly { source: string; target: string }[],
  put: boolean,
  store: ViewStore,
): void {
  const self = flows.find(({ source, target }) => source === target);
  if (self === undefined) return;
  const key = `cycle ${id}`;
  if (!put) store.heal(key);
  else
    store.report({
      key,
      reason: "cycle_refused",
      detail: `lot ${self.target} is said to be made of itself; a mixture needs a name of its own`,
      subject: self.target,
      atMs: at_ms,
      messageId: id,
    });
}
