import type { MachineAddress, MessageType } from "../contract/topic.ts";

/** Versions of the payload that a line can be simulated in. */
export type PayloadVersion = 1 | 2;

/** What a simulated machine says. */
export interface SimulatedMessage {
  readonly machine: MachineAddress;
  readonly type: MessageType;
  /** The payload without `boot` and `seq`: the publisher adds them, in the order in which messages are handed out. */
  readonly payload: Record<string, unknown>;
  /** Simulated time at which it was said, ms since 1970. */
  readonly atMs: number;
  /** When it leaves the site, where that is later than it was said: the uplink was cut. */
  readonly sentMs?: number;
  /** Messages of this machine that were said before it and are lost for good: so many numbers are left out. */
  readonly lostBefore?: number;
}

/** When a message leaves the site, ms since 1970: the order in which a simulation hands its messages out. */
export function sentAt({ atMs, sentMs }: SimulatedMessage): number {
  return sentMs ?? atMs;
}
