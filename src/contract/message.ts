import type { AlarmV2 } from "./schemas/alarm-v2.ts";
import type { BatchV2 } from "./schemas/batch-v2.ts";
import type { QualityV2 } from "./schemas/quality-v2.ts";
import type { StateV2 } from "./schemas/state-v2.ts";
import type { TelemetryV2 } from "./schemas/telemetry-v2.ts";

/** The payloads of the current version, by message type: the only form that a reader of the log sees. */
export interface CurrentPayloads {
  readonly telemetry: TelemetryV2;
  readonly state: StateV2;
  readonly alarm: AlarmV2;
  readonly quality: QualityV2;
  readonly batch: BatchV2;
}

/** The version that readers see and publishers of ours write. */
export const CURRENT_VERSION = 2;
