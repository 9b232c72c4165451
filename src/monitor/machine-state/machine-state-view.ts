import { parseTimestamp } from "../../contract/timestamp.ts";
import type { View, ViewMessage, ViewMessageOf, ViewStore } from "../../views/view.ts";
import { placedAt } from "../span.ts";
import { foldCurrent } from "./current-fold.ts";
import {
  CURRENT,
  PRESENCE,
  SEEN,
  type SeenRow,
  STATES,
  type StateRow,
  WORK,
} from "./machine-state-tables.ts";
import { hourOf, withSlot } from "./presence.ts";
import { isLink } from "./state-order.ts";

/**
 * VIEW. What every machine does and did: its states with their reasons, its connection, when it spoke, what it worked
 * on. State messages are kept as they came, in the order of their event time; intervals and sums are made of them when
 * they are asked for (state-intervals.ts), so that what comes late finds its place.
 */
export const machineStateView: View = {
  name: "machine-state",
  version: 1,
  consumes: ["telemetry", "state", "alarm", "quality", "batch"],
  tables: [STATES, CURRENT, SEEN, PRESENCE, WORK],
  fold(message, store) {
    const atMs = placedAt(message);
    const gone = message.type === "state" && message.payload.state === "OFFLINE";
    if (!gone) {
      foldSeen(message, atMs, store);
      foldPresence(message, atMs, store);
      foldWork(message, atMs, store);
    }
    if (message.type !== "state") return;
    const row = stateRow(message, atMs);
    const states = store.rows(STATES);
    states.put(row);
    foldCurrent(row, states, store.rows(CURRENT));
    checkState(message, row, store);
  },
};

function stateRow({ topic, boot, seq, id, payload }: ViewMessageOf<"state">, atMs: number): StateRow {
  const { stop_reason: reason } = payload;
  return {
    machine: topic.machineKey,
    at_ms: atMs,
    boot: boot ?? "",
    seq: seq ?? 0,
    id,
    state: payload.state,
    mode: payload.mode ?? null,
    stop_category: reason?.category ?? null,
    stop_code: reason?.code ?? null,
    caused_by: reason?.caused_by ?? null,
    since_ms: payload.since === undefined ? null : parseTimestamp(payload.since),
    stop_message: reason?.message ?? null,
    product: payload.product_type ?? null,
    batch: payload.batch_id ?? null,
    will_of_boot: payload.will_of_boot ?? null,
  };
}

function foldSeen(message: ViewMessage, atMs: number, store: ViewStore): void {
  const rows = store.rows(SEEN);
  const { type, receivedAtMs, topic } = message;
  const known = rows.get(topic.machineKey) ?? UNSEEN;
  // Written out: this is made anew with every message, and a spread with a computed name costs more than all the rest.
  const row: SeenRow = {
    machine: topic.machineKey,
    telemetry_ms: type === "telemetry" ? later(known.telemetry_ms, atMs) : known.telemetry_ms,
    state_ms: type === "state" ? later(known.state_ms, atMs) : known.state_ms,
    alarm_ms: type === "alarm" ? later(known.alarm_ms, atMs) : known.alarm_ms,
    quality_ms: type === "quality" ? later(known.quality_ms, atMs) : known.quality_ms,
    batch_ms: type === "batch" ? later(known.batch_ms, atMs) : known.batch_ms,
    received_ms: later(known.received_ms, receivedAtMs),
    work_ms: known.work_ms,
    product: known.product,
    batch: known.batch,
  };
  rows.put(withWork(row, workOf(message), atMs));
}

const UNSEEN: Omit<SeenRow, "machine" | "received_ms"> & { readonly received_ms: null } = {
  telemetry_ms: null,
  state_ms: null,
  alarm_ms: null,
  quality_ms: null,
  batch_ms: null,
  received_ms: null,
  work_ms: null,
  product: null,
  batch: null,
};

function later(known: number | null, ms: number): number {
  return known === null || ms > known ? ms : known;
}

function withWork(row: SeenRow, work: Work | undefined, atMs: number): SeenRow {
  if (work === undefined) return row;
  const { product, batch } = work;
  const known = row.work_ms ?? Number.NEGATIVE_INFINITY;
  if (atMs < known) return row;
  // At one millisecond the word that sorts later wins: any rule does, as long as it knows nothing of arrival.
  const wins =
    atMs > known || (atMs === known && `${product}\0${batch}` > `${row.product ?? ""}\0${row.batch ?? ""}`);
  return wins ? { ...row, work_ms: atMs, product: product || null, batch: batch || null } : row;
}

function foldPresence(message: ViewMessage, atMs: number, store: ViewStore): void {
  const rows = store.rows(PRESENCE);
  const machine = message.topic.machineKey;
  const hour = hourOf(atMs);
  const known = rows.get(machine, hour)?.slots;
  const slots = withSlot(known, atMs);
  if (slots !== known) rows.put({ machine, hour_ms: hour, slots });
}

interface Work {
  readonly product: string;
  readonly batch: string;
}

/** Batch and quality messages speak of other batches than the machine works on, too; alarms add nothing. */
function workOf(message: ViewMessage): Work | undefined {
  if (message.type !== "telemetry" && message.type !== "state") return undefined;
  const { product_type: product = "", batch_id: batch = "" } = message.payload;
  return product === "" && batch === "" ? undefined : { product, batch };
}

function foldWork(message: ViewMessage, atMs: number, store: ViewStore): void {
  const work = workOf(message);
  if (work === undefined) return;
  const rows = store.rows(WORK);
  const machine = message.topic.machineKey;
  const hour = hourOf(atMs);
  const known = rows.get(machine, hour, work.product, work.batch);
  if (known === undefined || atMs < known.first_ms)
    rows.put({ machine, hour_ms: hour, ...work, first_ms: atMs });
}

/** What a message says that can't be so. */
function checkState(message: ViewMessageOf<"state">, row: StateRow, store: ViewStore): void {
  const at = { subject: row.machine, atMs: row.at_ms, messageId: message.id };
  if (row.since_ms !== null && row.since_ms > message.atMs) {
    store.report({
      key: `since_after_ts:${message.id}`,
      reason: "since_after_ts",
      detail: `${row.state} is said to have begun at ${message.payload.since}, after the message's own time ${message.payload.ts}; it is placed at the message's`,
      ...at,
    });
  }
  if (row.caused_by === row.machine) {
    store.report({
      key: `caused_by_itself:${message.id}`,
      reason: "caused_by_itself",
      detail: `${row.state} (${row.stop_code}) is said to be caused by the machine itself; it counts as its own`,
      ...at,
    });
  }
  if (isLink(row) && row.stop_code !== null) {
    store.report({
      key: `stop_reason_of_link:${message.id}`,
      reason: "stop_reason_of_link",
      detail: `${row.state} carries the stop reason ${row.stop_code}, but says only whether the publisher is connected`,
      ...at,
    });
  }
}
