import type { ValueQuality } from "../../contract/schemas/value-quality.ts";
import { isoTime } from "../../time/iso-time.ts";

/** i3X quality: as much of an OPC UA status code as its clients are told. */
export type I3xQuality = "Good" | "GoodNoData" | "Bad" | "Uncertain";

/** A value with its quality and time, as i3X has it: null only where the quality is Bad or GoodNoData. */
export interface Vqt {
  readonly value: unknown;
  readonly quality: I3xQuality;
  /** RFC 3339, UTC. */
  readonly timestamp: string;
}

const QUALITY: Readonly<Record<ValueQuality, I3xQuality>> = {
  good: "Good",
  uncertain: "Uncertain",
  bad: "Bad",
};

/** A value of ours as a VQT; one that is bad is not shown, for a client could take it for a value. */
export function vqt(value: unknown, quality: ValueQuality, atMs: number): Vqt {
  const timestamp = isoTime(atMs);
  return value === null || quality === "bad"
    ? { value: null, quality: "Bad", timestamp }
    : { value, quality: QUALITY[quality], timestamp };
}

/** What nothing was ever heard of. */
export function noData(atMs: number): Vqt {
  return { value: null, quality: "GoodNoData", timestamp: isoTime(atMs) };
}
