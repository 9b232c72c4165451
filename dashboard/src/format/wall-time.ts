import type { ZonedTime } from "./time.ts";

/** What a field for date and time says (`2026-11-25T10:00`), in a zone, as ISO 8601 in UTC; undefined for no time. */
export function utcOf(field: string, zone: ZonedTime): string | undefined {
  const guess = Date.parse(`${field}Z`);
  if (Number.isNaN(guess)) return undefined;
  // The offset is that of the moment meant, not of the guess: they differ in the hours around a change of the clocks.
  const near = guess - offsetMs(zone, guess);
  return new Date(guess - offsetMs(zone, near)).toISOString();
}

/** A moment as such a field shows it. */
export function fieldOf(iso: string | null, zone: ZonedTime): string {
  const at = Date.parse(iso ?? "");
  if (Number.isNaN(at)) return "";
  return new Date(at + offsetMs(zone, at)).toISOString().slice(0, 16);
}

function offsetMs(zone: ZonedTime, at: number): number {
  const [, sign = "+", hours = "0", minutes = "0"] = /^([+-])(\d\d):(\d\d)$/.exec(zone.offset(at)) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
