import type { TagWords } from "../../plant/tag-words.ts";

const MINUTE_MS = 60_000;
/** From so many minutes on a length of time is told in hours. */
const MANY_MINUTES = 120;
/** Decimals that a number of the contract may have and a person may want to see. */
const ALL_DIGITS = 12;

/** A number as a sentence has it: two digits or three, thousands set apart. */
export function shown(value: number): string {
  const size = Math.abs(value);
  const few = size >= 0.1 ? value.toFixed(size >= 1000 ? 0 : size >= 10 ? 1 : 2) : value.toPrecision(2);
  return Number(few).toLocaleString("en-GB", { maximumFractionDigits: ALL_DIGITS });
}

/** A value with its unit: "0.88 °C". */
export function withUnit(value: number, unit: string | undefined): string {
  return unit === undefined ? shown(value) : `${shown(value)} ${unit}`;
}

/** The same with all digits that it was sent with: "1.704 bar". */
export function unrounded(value: number, unit: string | undefined): string {
  const digits = value.toLocaleString("en-GB", { maximumFractionDigits: ALL_DIGITS });
  return unit === undefined ? digits : `${digits} ${unit}`;
}

/** Whether a length of time is told in minutes or in hours: all of one sentence as its first one. */
export type TimeUnit = "min" | "h";

/** The unit in which a sentence that begins with a length of time, milliseconds, tells all of them. */
export function timeUnitFor(ms: number): TimeUnit {
  return ms < MANY_MINUTES * MINUTE_MS ? "min" : "h";
}

/** A length of time, milliseconds: "90 min", "17.5 h". */
export function shownTime(ms: number, unit: TimeUnit = timeUnitFor(ms)): string {
  return `${bareTime(ms, unit)} ${unit}`;
}

/** The same without its unit: "1,340". */
export function bareTime(ms: number, unit: TimeUnit): string {
  const minutes = Math.round(ms / MINUTE_MS);
  return (unit === "min" ? minutes : Number((minutes / 60).toFixed(1))).toLocaleString("en-GB");
}

/** A tag within a sentence: "the deposit"; more words than one are set apart: the "zone 2, coldest". */
export function theTag({ label }: TagWords): string {
  return label.includes(" ") ? `"${label}"` : `the ${label}`;
}
