import { createHash } from "node:crypto";
import type { Config } from "../../config/config-schema.ts";
import { bootOf } from "../../edge/boot.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ScenarioDocument } from "../../plant/scenario/scenario-document.ts";
import type { PayloadVersion } from "../../simulator/simulated-message.ts";

const DAY_MS = 86_400_000;

/** A history that is to be simulated: what decides, down to the byte, what comes out. */
export interface SimulatedHistory {
  readonly plant: Plant;
  /** What goes wrong in it. */
  readonly scenario: ScenarioDocument | undefined;
  readonly seed: number;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly payloadVersion: PayloadVersion;
  /** The identity of its publishers; undefined for version 1. */
  readonly boot: string | undefined;
  /** A UUID for a log that holds nothing else. */
  readonly logId: string;
}

/** What a history is asked for with. */
export interface SimulatedHistoryOptions {
  readonly config: Config;
  readonly plant: Plant;
  readonly scenario: ScenarioDocument | undefined;
  /** How long it is, milliseconds. */
  readonly lengthMs: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * The history that a configuration asks for. Without `start` it ends at the last midnight (UTC), so that the same
 * command gives the same history all day long. Its identities follow from all that decides what is said, so the same
 * history twice is the same messages, and another one has none of their numbers.
 */
export function simulatedHistory({
  config,
  plant,
  scenario,
  lengthMs,
  nowMs,
}: SimulatedHistoryOptions): SimulatedHistory {
  const { seed, startMs: given, payloadVersion: version } = config.simulation;
  const startMs = given ?? Math.floor(nowMs / DAY_MS) * DAY_MS - lengthMs;
  const payloadVersion = version === 1 ? 1 : 2;
  const origin = JSON.stringify([
    plant.document,
    seed,
    startMs,
    payloadVersion,
    ...(scenario === undefined ? [] : [scenario]),
  ]);
  return {
    plant,
    scenario,
    seed,
    startMs,
    endMs: startMs + lengthMs,
    payloadVersion,
    boot: payloadVersion === 1 ? undefined : bootOf(startMs, origin),
    logId: uuidOf(`log of ${origin} until ${startMs + lengthMs}`),
  };
}

/** A UUID of version 8 (RFC 9562, section 5.8): the first bits of a hash. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
