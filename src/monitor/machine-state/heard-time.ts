import type { ViewReading } from "../../views/view-table.ts";
import { isChosen, type MachineChoice } from "../machine-choice.ts";
import type { Span } from "../span.ts";
import { PRESENCE, SEEN } from "./machine-state-tables.ts";
import { hourOf, SLOT_MS, slotsOf } from "./presence.ts";

/** A silence of the whole of the machines that are asked about counts as heard up to here: some speak on change only. */
const BRIDGED_MS = 600_000;

/**
 * When any of the chosen machines was heard from `fromMs` on and before `toMs`, in order, apart from one another: only of
 * this time can be said that nothing happened. Known to ten seconds; silences of up to ten minutes are bridged.
 */
export function heardSpans(reading: ViewReading, { fromMs, toMs }: Span, of?: MachineChoice): Span[] {
  const hours = new Map<number, Uint8Array>();
  for (const { machine } of reading.rows(SEEN).range()) {
    if (!isChosen(machine, of)) continue;
    const range = { prefix: [machine], from: hourOf(fromMs - BRIDGED_MS), to: toMs + BRIDGED_MS };
    for (const { hour_ms, slots } of reading.rows(PRESENCE).range(range)) {
      const all = hours.get(hour_ms) ?? new Uint8Array(slots.length);
      for (let index = 0; index < slots.length; index++) all[index] = (all[index] ?? 0) | (slots[index] ?? 0);
      hours.set(hour_ms, all);
    }
  }
  const heard: { fromMs: number; toMs: number }[] = [];
  for (const [hourMs, slots] of [...hours].sort(([a], [b]) => a - b)) {
    for (const slotMs of slotsOf(hourMs, slots)) {
      const last = heard.at(-1);
      if (last !== undefined && slotMs - last.toMs <= BRIDGED_MS) last.toMs = slotMs + SLOT_MS;
      else heard.push({ fromMs: slotMs, toMs: slotMs + SLOT_MS });
    }
  }
  return heard
    .map((each) => ({ fromMs: Math.max(each.fromMs, fromMs), toMs: Math.min(each.toMs, toMs) }))
    .filter((each) => each.fromMs < each.toMs);
}
