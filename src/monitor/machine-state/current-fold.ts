import type { ViewRowReading, ViewRows } from "../../views/view-table.ts";
import type { CurrentRow, StateRow } from "./machine-state-tables.ts";
import { beganMs, comparePlaces, isLink, type StatePlace, sameState } from "./state-order.ts";

const NOTHING: Omit<CurrentRow, "machine"> = {
  at_ms: null,
  boot: null,
  seq: null,
  id: null,
  run_at_ms: null,
  run_boot: null,
  run_seq: null,
  run_id: null,
  began_ms: null,
  state: null,
  mode: null,
  stop_category: null,
  stop_code: null,
  caused_by: null,
  stop_message: null,
  link_state: null,
  link_at_ms: null,
  link_boot: null,
  link_seq: null,
  link_id: null,
};

/**
 * Brings a machine's current row up to a state message that has just been put into `states`. Whatever the order of
 * arrival, the row is what the set of messages says; and one message costs two look-ups at most, however long a
 * machine has repeated itself.
 */
export function foldCurrent(row: StateRow, states: ViewRows<StateRow>, current: ViewRows<CurrentRow>): void {
  const known = current.get(row.machine) ?? { machine: row.machine, ...NOTHING };
  const next = isLink(row) ? withLink(known, row) : withState(known, row, states);
  if (next !== known) current.put(next);
}

function withLink(known: CurrentRow, row: StateRow): CurrentRow {
  const place = placeOf(known.link_at_ms, known.link_boot, known.link_seq, known.link_id);
  if (place !== undefined && comparePlaces(row, place) < 0) return known;
  return {
    ...known,
    link_state: row.state,
    link_at_ms: row.at_ms,
    link_boot: row.boot,
    link_seq: row.seq,
    link_id: row.id,
  };
}

function withState(known: CurrentRow, row: StateRow, states: ViewRowReading<StateRow>): CurrentRow {
  const newest = placeOf(known.at_ms, known.boot, known.seq, known.id);
  const run = placeOf(known.run_at_ms, known.run_boot, known.run_seq, known.run_id);
  if (newest === undefined || run === undefined) return withRun(withNewest(known, row), row, undefined);
  const same = sameState(row, stateOf(known));
  if (comparePlaces(row, newest) > 0) {
    const later = withNewest(known, row);
    return same ? later : withRun(later, row, neighbour(states, row, "desc"));
  }
  if (comparePlaces(row, run) > 0) {
    if (same) return known;
    // It came late, and it parts what looked like one stay.
    const after = neighbour(states, row, "asc");
    return after === undefined ? known : withRun(known, after, row);
  }
  const first = states.get(row.machine, run.at_ms, run.boot, run.seq, run.id);
  const before = first === undefined ? undefined : neighbour(states, first, "desc");
  if (first === undefined || before === undefined || comparePlaces(before, row) !== 0) return known;
  return same ? withRun(known, row, neighbour(states, row, "desc")) : withRun(known, first, row);
}

function withNewest(known: CurrentRow, row: StateRow): CurrentRow {
  return {
    ...known,
    at_ms: row.at_ms,
    boot: row.boot,
    seq: row.seq,
    id: row.id,
    state: row.state,
    mode: row.mode,
    stop_category: row.stop_category,
    stop_code: row.stop_code,
    caused_by: row.caused_by,
    stop_message: row.stop_message,
  };
}

function withRun(known: CurrentRow, first: StateRow, before: StateRow | undefined): CurrentRow {
  return {
    ...known,
    run_at_ms: first.at_ms,
    run_boot: first.boot,
    run_seq: first.seq,
    run_id: first.id,
    began_ms: beganMs(first, before),
  };
}

/** The PackML message right before or after one, of the same machine. */
function neighbour(
  states: ViewRowReading<StateRow>,
  row: StateRow,
  order: "asc" | "desc",
): StateRow | undefined {
  const after = [row.machine, row.at_ms, row.boot, row.seq, row.id];
  for (const found of states.range({ prefix: [row.machine], after, order })) {
    if (!isLink(found)) return found;
  }
  return undefined;
}

/** The state that a current row shows, in the form in which states are compared. */
function stateOf(row: CurrentRow) {
  const { state, mode, stop_category, stop_code, caused_by } = row;
  return { state: state ?? "", mode, stop_category, stop_code, caused_by };
}

function placeOf(
  at_ms: number | null,
  boot: string | null,
  seq: number | null,
  id: number | null,
): StatePlace | undefined {
  return at_ms === null || boot === null || seq === null || id === null
    ? undefined
    : { at_ms, boot, seq, id };
}
