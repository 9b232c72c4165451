import type { QuarantineState } from "./quarantine-reason.ts";

/** How much quarantine may hold, and what happens where it would hold more. */
export interface QuarantineLimit {
  /** Bytes of payloads, topics, properties and reasons together. */
  readonly bytes: number;
  /**
   * `stop`: nothing more is acknowledged until there is room again, so that publishers keep it. `drop`: the oldest go,
   * those that were replayed or dismissed first, and are counted.
   */
  readonly whenFull: "stop" | "drop";
}

/** For logs that are written for a moment only. */
export const NO_QUARANTINE_LIMIT: QuarantineLimit = { bytes: Number.POSITIVE_INFINITY, whenFull: "stop" };

/** How quarantine stands against its limit. */
export interface QuarantineRoom {
  readonly limit: QuarantineLimit;
  readonly bytes: number;
  /** Messages that were dropped before anybody had replayed them, since the log was made. */
  readonly dropped: number;
  /** How many messages there are in each state; what was merely cleared is in none. */
  readonly count: Readonly<Record<QuarantineState, number>>;
}

/** From this share of the limit on, operators are told. */
export const QUARANTINE_NEARLY_FULL = 0.8;
