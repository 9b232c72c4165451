import type { MachineKey } from "../contract/topic.ts";
import type { ReceivedWith } from "./broker-link.ts";
import type { DownMessage } from "./down-message.ts";

/** A message of the data center that came down. */
export interface DownArrival extends ReceivedWith {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly message: Exclude<DownMessage, { kind: "distrusted" }>;
  /** A receipt for numbers that this process has given. */
  readonly own: boolean;
}

/**
 * What an edge does beside, when it forwards for machines that have a broker of their own: it listens for all of them
 * and passes on what comes down, and it says every machine's last state again after each connect, under its old
 * number, because the broker above may have lost what it had retained.
 */
export interface Relay {
  /** The topic filters to listen to for a machine; the same one for many, where a broker limits their number. */
  readonly filters: (machine: MachineKey) => readonly string[];
  readonly received: (arrival: DownArrival) => void;
}
