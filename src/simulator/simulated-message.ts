import type { MachineAddress, MessageType } from "../contract/topic.ts";

/** Versions of the payload that a line can be simulated in. */
export type PayloadVersion = 1 | 2;

/** What a simulated machine says. */
export interface SimulatedMessage {
  readonly machine: MachineAddress;
  readonly type: MessageType;
  /** The payload without `boot` and `seq`: the publisher adds them. */
  readonly payload: Record<string, unknown>;
  /** Simulated time, ms since 1970. */
  readonly atMs: number;
}
