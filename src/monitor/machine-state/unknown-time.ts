import type { ViewReading } from "../../views/view-table.ts";
import { overlap, type Span } from "../span.ts";
import { linkLosses } from "./link-losses.ts";
import { PRESENCE, SEEN } from "./machine-state-tables.ts";
import { hourOf, SLOT_MS, slotsOf } from "./presence.ts";

/** Why nobody knows what a machine did: its connection was lost, it fell silent, or it has not said. */
export type UnknownWhy = "offline" | "silent" | "not_said";

/** A time in which nobody knows what a machine did, ms since 1970. */
export interface UnknownSpan extends Span {
  readonly why: UnknownWhy;
}

/** The present, and how long a machine may say nothing. */
export interface Watch {
  readonly nowMs: number;
  /**
   * A machine that sends telemetry is silent when it has said nothing for longer than this, milliseconds; null where
   * only a lost connection counts. One that never sends telemetry speaks when something changes, and is never silent.
   */
  readonly silentAfterMs: number | null;
}

/**
 * When, within a span, a machine's last word can't be believed: from the last message before a silence, or from when
 * the connection was lost, to the next message. Known to ten seconds (presence.ts).
 */
export function unknownSpans(reading: ViewReading, machine: string, span: Span, watch: Watch): UnknownSpan[] {
  const measured = overlap(span, { fromMs: Number.NEGATIVE_INFINITY, toMs: watch.nowMs });
  if (measured === undefined) return [];
  const sendsTelemetry = (reading.rows(SEEN).get(machine)?.telemetry_ms ?? null) !== null;
  const silentAfterMs =
    watch.silentAfterMs === null || !sendsTelemetry ? Number.POSITIVE_INFINITY : watch.silentAfterMs;
  const slots = slotsAround(reading, machine, measured);
  const first = slots[0];
  // A loss that is said after the span may tell that its end was no silence: one in time for its last slot.
  const lastMs = (slots.at(-1) ?? 0) + SLOT_MS + silentAfterMs;
  const untilMs = Number.isFinite(lastMs) ? Math.max(measured.toMs, lastMs + 1) : measured.toMs;
  const lossesMs = first === undefined ? [] : linkLosses(reading, machine, first, untilMs);
  const unknown: UnknownSpan[] = [];
  const add = (why: UnknownWhy, fromMs: number, toMs: number) => {
    const part = overlap(measured, { fromMs, toMs });
    if (part !== undefined) unknown.push({ ...part, why });
  };
  if (first === undefined || first > measured.fromMs) {
    add("not_said", Number.NEGATIVE_INFINITY, first ?? Number.POSITIVE_INFINITY);
  }
  let loss = 0;
  for (const [index, slot] of slots.entries()) {
    const quietFromMs = slot + SLOT_MS;
    const quietToMs = slots[index + 1] ?? watch.nowMs;
    while ((lossesMs[loss] ?? Number.POSITIVE_INFINITY) < slot) loss++;
    const lostMs = lossesMs[loss] ?? Number.POSITIVE_INFINITY;
    const lost = lostMs < quietToMs;
    if (lost && lostMs - quietFromMs <= silentAfterMs)
      add("offline", Math.max(quietFromMs, lostMs), quietToMs);
    else if (quietToMs - quietFromMs > silentAfterMs) add("silent", quietFromMs, quietToMs);
  }
  return unknown;
}

/** The slots in which a machine spoke within a span, with the last one before and the first one after. */
function slotsAround(reading: ViewReading, machine: string, { fromMs, toMs }: Span): number[] {
  const rows = reading.rows(PRESENCE);
  const slots: number[] = [];
  for (const row of rows.range({ prefix: [machine], to: hourOf(fromMs) + 1, order: "desc" })) {
    const before = [...slotsOf(row.hour_ms, row.slots)].filter((slot) => slot <= fromMs).at(-1);
    if (before === undefined) continue;
    slots.push(before);
    break;
  }
  const known = slots[0] ?? Number.NEGATIVE_INFINITY;
  for (const row of rows.range({ prefix: [machine], from: hourOf(fromMs) })) {
    for (const slot of slotsOf(row.hour_ms, row.slots)) {
      if (slot <= known) continue;
      slots.push(slot);
      if (slot >= toMs) return slots;
    }
  }
  return slots;
}
