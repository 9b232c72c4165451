import type { MachineEvent } from "./machine-event.ts";
import { timestampV2 } from "./timestamp-text.ts";

/** A machine's event as a payload of version 2. */
export function payloadV2(event: MachineEvent, atMs: number): Record<string, unknown> {
  return { v: 2, ts: timestampV2(atMs), ...event.body };
}
