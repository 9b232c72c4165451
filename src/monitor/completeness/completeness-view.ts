import { MESSAGE_FLAG } from "../../contract/policy.ts";
import { MESSAGE_TYPES } from "../../contract/topic.ts";
import type { View, ViewMessage, ViewStore } from "../../views/view.ts";
import { placedAt } from "../span.ts";
import {
  BOOTS,
  type BootRow,
  KEPT_MINUTES,
  MINUTES,
  type MinuteRow,
  NUMBERS,
  RECEIVED,
} from "./completeness-tables.ts";
import { addNumber, BLOCK_NUMBERS, columnsOfRuns, runsOfRow } from "./seq-runs.ts";

/** A message is late that was said so long before it was received, milliseconds: longer than any network takes. */
const LATE_MS = 60_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const REMOVED_AT_ONCE = 1000;

/**
 * VIEW. What came of every machine and start of it: which numbers, in which minutes, how late. What is missing follows
 * from it when it is asked for, with the times of the messages on both sides of a gap. Minutes are kept for `keptMs`,
 * numbers for ever.
 */
export function completenessViewKeeping(keptMs = 366 * DAY_MS): View {
  return {
    name: "completeness",
    version: 2,
    consumes: MESSAGE_TYPES,
    tables: [BOOTS, NUMBERS, MINUTES, RECEIVED, KEPT_MINUTES],
    fold(message, store) {
      const isNew = addToNumbers(message, store);
      if (!isNew) return;
      addToBoot(message, store);
      const keptFrom = keptFromMs(store);
      addToMinute(message, store, keptFrom);
      addToReceived(message, store, keptFrom);
    },
    retain(newestReceivedMs, store) {
      letGo(store, Math.floor((newestReceivedMs - keptMs) / DAY_MS) * DAY_MS);
    },
  };
}

/** The {@link completenessViewKeeping} a year. */
export const completenessView: View = completenessViewKeeping();

/** Whether a message counts: its number hasn't come before. What has no number always does. */
function addToNumbers(message: ViewMessage, store: ViewStore): boolean {
  const { boot, seq } = message;
  if (boot === null || seq === null) return true;
  const machine = message.topic.machineKey;
  const block = Math.floor(seq / BLOCK_NUMBERS);
  const rows = store.rows(NUMBERS);
  const known = rows.get(machine, boot, block);
  const at = placedAt(message);
  if (known !== undefined && known.to_seq === seq - 1) {
    rows.put({ ...known, to_seq: seq, to_at: at });
    return true;
  }
  const runs = addNumber(known === undefined ? [] : runsOfRow(known), seq, at);
  if (runs === undefined) return false;
  rows.put({ machine, boot, block, ...columnsOfRuns(runs) });
  return true;
}

function addToBoot(message: ViewMessage, store: ViewStore): void {
  const { receivedAtMs, id } = message;
  const machine = message.topic.machineKey;
  const boot = message.seq === null ? "" : (message.boot ?? "");
  const rows = store.rows(BOOTS);
  const known = rows.get(machine, boot);
  const skew = { skew_ms: message.atMs - receivedAtMs, skew_id: id };
  const row: BootRow = {
    machine,
    boot,
    stored: (known?.stored ?? 0) + 1,
    highest: Math.max(known?.highest ?? 0, message.seq ?? 0),
    late: (known?.late ?? 0) + (isLate(message) ? 1 : 0),
    refills: (known?.refills ?? 0) + (isRefill(message) ? 1 : 0),
    first_received: Math.min(known?.first_received ?? receivedAtMs, receivedAtMs),
    last_received: Math.max(known?.last_received ?? receivedAtMs, receivedAtMs),
    skew_ms: known !== undefined && known.skew_id > id ? known.skew_ms : skew.skew_ms,
    skew_id: Math.max(known?.skew_id ?? id, id),
  };
  rows.put(row);
}

function addToMinute(message: ViewMessage, store: ViewStore, keptFrom: number): void {
  const { receivedAtMs } = message;
  const machine = message.topic.machineKey;
  const minute = minuteOf(placedAt(message));
  if (minute < keptFrom) return;
  const rows = store.rows(MINUTES);
  const known = rows.get(machine, minute);
  const late = isLate(message);
  const row: MinuteRow = {
    machine,
    minute,
    messages: (known?.messages ?? 0) + 1,
    late: (known?.late ?? 0) + (late ? 1 : 0),
    refills: (known?.refills ?? 0) + (isRefill(message) ? 1 : 0),
    late_first_received: late
      ? Math.min(known?.late_first_received ?? receivedAtMs, receivedAtMs)
      : (known?.late_first_received ?? null),
    late_last_received: late
      ? Math.max(known?.late_last_received ?? receivedAtMs, receivedAtMs)
      : (known?.late_last_received ?? null),
    delay_max_ms: Math.max(known?.delay_max_ms ?? 0, receivedAtMs - message.atMs),
  };
  rows.put(row);
}

function addToReceived(message: ViewMessage, store: ViewStore, keptFrom: number): void {
  const { receivedAtMs, topic } = message;
  const minute = minuteOf(receivedAtMs);
  if (minute < keptFrom) return;
  const line = `${topic.site}/${topic.line}`;
  const rows = store.rows(RECEIVED);
  const known = rows.get(line, minute);
  rows.put({
    line,
    minute,
    messages: (known?.messages ?? 0) + 1,
    delay_max_ms: Math.max(known?.delay_max_ms ?? 0, receivedAtMs - message.atMs),
  });
}

function isLate({ atMs, receivedAtMs }: ViewMessage): boolean {
  return receivedAtMs - atMs > LATE_MS;
}

function isRefill({ flags }: ViewMessage): boolean {
  return (flags & MESSAGE_FLAG.REFILL) !== 0;
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}

function keptFromMs(store: ViewStore): number {
  return store.rows(KEPT_MINUTES).get("minutes")?.from_ms ?? Number.NEGATIVE_INFINITY;
}

function letGo(store: ViewStore, fromMs: number): void {
  if (fromMs <= keptFromMs(store)) return;
  store.rows(KEPT_MINUTES).put({ name: "minutes", from_ms: fromMs });
  const machines = new Set<string>();
  const lines = new Set<string>();
  for (const { machine } of store.rows(BOOTS).range()) {
    machines.add(machine);
    lines.add(machine.split("/", 2).join("/"));
  }
  for (const machine of machines) removeBefore(store, MINUTES, machine, fromMs);
  for (const line of lines) removeBefore(store, RECEIVED, line, fromMs);
}

function removeBefore(
  store: ViewStore,
  table: typeof MINUTES | typeof RECEIVED,
  of: string,
  fromMs: number,
): void {
  const rows = table === MINUTES ? store.rows(MINUTES) : store.rows(RECEIVED);
  for (;;) {
    const old = [...rows.range({ prefix: [of], to: fromMs, limit: REMOVED_AT_ONCE })];
    for (const { minute } of old) rows.delete(of, minute);
    if (old.length < REMOVED_AT_ONCE) return;
  }
}
