import type { MachineKey } from "../../contract/topic.ts";
import type { PayloadVersion } from "../simulated-message.ts";

/** A stretch of a line's story. */
export interface Span {
  /**
   * `live`: told as it happens. `past`: told afterwards, for a line that ran on while nobody recorded it, with
   * telemetry every {@link PAST_TELEMETRY_S} s. `standing`: the line was switched off.
   */
  readonly kind: "live" | "past" | "standing";
  /** Simulated time, ms since 1970; a span begins where the one before ends. */
  readonly fromMs: number;
  /** Excluded. Of a live span that goes on: how far it may be told before this is written anew. */
  readonly untilMs: number;
  /** Whether every machine says OFFLINE at its end. */
  readonly farewell: boolean;
}

/** A batch that is on the line, and the controller that released it. */
export interface OpenBatch {
  readonly machine: MachineKey;
  readonly productType: string;
  readonly batchId: string;
}

/**
 * All that decides what a line's story says, beside the plant: the same chapter is the same messages with the same
 * numbers, however often it is told.
 */
export interface Chapter {
  readonly seed: number;
  /** When simulated time begins, ms since 1970. */
  readonly startMs: number;
  readonly payloadVersion: PayloadVersion;
  /** The identity of all its publishers; version 1 has none. */
  readonly boot: string | undefined;
  /** When what goes wrong begins, ms since 1970. */
  readonly scenarioMs: number;
  /** At least one; each begins where the one before ends. */
  readonly spans: readonly Span[];
  /** Batches of the chapter before, which end with it. */
  readonly leftOpen: readonly OpenBatch[];
}

/** How often telemetry comes in a past span, s. */
export const PAST_TELEMETRY_S = 10;
