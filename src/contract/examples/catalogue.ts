import type { SchemaName } from "../catalogue.ts";
import { ALARM_V1_EXAMPLES, ALARM_V2_EXAMPLES } from "./alarm.ts";
import { BATCH_V1_EXAMPLES, BATCH_V2_EXAMPLES } from "./batch.ts";
import { COMMAND_EXAMPLES, RECEIPT_EXAMPLES } from "./down.ts";
import type { PayloadExample } from "./example.ts";
import { QUALITY_V1_EXAMPLES, QUALITY_V2_EXAMPLES } from "./quality.ts";
import { STATE_V1_EXAMPLES, STATE_V2_EXAMPLES } from "./state.ts";
import { TELEMETRY_V1_EXAMPLES, TELEMETRY_V2_EXAMPLES } from "./telemetry.ts";

/** Examples of every payload of the catalogue, by schema name. */
const EXAMPLES: Readonly<Record<SchemaName, readonly PayloadExample[]>> = {
  "telemetry/1": TELEMETRY_V1_EXAMPLES,
  "telemetry/2": TELEMETRY_V2_EXAMPLES,
  "state/1": STATE_V1_EXAMPLES,
  "state/2": STATE_V2_EXAMPLES,
  "alarm/1": ALARM_V1_EXAMPLES,
  "alarm/2": ALARM_V2_EXAMPLES,
  "quality/1": QUALITY_V1_EXAMPLES,
  "quality/2": QUALITY_V2_EXAMPLES,
  "batch/1": BATCH_V1_EXAMPLES,
  "batch/2": BATCH_V2_EXAMPLES,
  "receipt/1": RECEIPT_EXAMPLES,
  "command/1": COMMAND_EXAMPLES,
};

/** The examples of one schema; a test fails where there is none. */
export function examplesOf(name: SchemaName): readonly PayloadExample[] {
  return EXAMPLES[name] ?? [];
}
