/** An hour's presence has a bit for each ten seconds: 45 bytes an hour and machine, however much it says. */
export const SLOT_MS = 10_000;
const HOUR_MS = 3_600_000;
const SLOTS = HOUR_MS / SLOT_MS;
const BYTES = SLOTS / 8;

/** The hour that a time is in. */
export function hourOf(ms: number): number {
  return ms - (((ms % HOUR_MS) + HOUR_MS) % HOUR_MS);
}

/** The begin of the slot that a time is in. */
export function slotOf(ms: number): number {
  return Math.floor(ms / SLOT_MS) * SLOT_MS;
}

/** The slots with the one of a time marked; the same array when it was marked already. */
export function withSlot(slots: Uint8Array | undefined, ms: number): Uint8Array {
  const slot = Math.floor((ms - hourOf(ms)) / SLOT_MS);
  const byte = slot >> 3;
  const bit = 1 << (slot & 7);
  if (slots !== undefined && ((slots[byte] ?? 0) & bit) !== 0) return slots;
  const marked = slots === undefined ? new Uint8Array(BYTES) : slots.slice();
  marked[byte] = (marked[byte] ?? 0) | bit;
  return marked;
}

/** The begins of the marked slots, in order. */
export function* slotsOf(hourMs: number, slots: Uint8Array): Iterable<number> {
  for (const [index, byte] of slots.entries()) {
    if (byte === 0) continue;
    for (let bit = 0; bit < 8; bit++) {
      if ((byte & (1 << bit)) !== 0) yield hourMs + (index * 8 + bit) * SLOT_MS;
    }
  }
}
