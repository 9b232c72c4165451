import type { Publisher } from "../contract/identity.ts";
import type { MachineKey, MessageType } from "../contract/topic.ts";
import type { ConcheError } from "../errors/conche-error.ts";
import type { SeqRange } from "../sequence/seq-range.ts";
import type { DroppedTelemetry } from "./outbox.ts";

/** What happens to an edge. For logs, alarms and tests; how things stand now is in `status()`. */
export type EdgeEvent =
  /** Connected; `resumed` after an earlier connection was lost. */
  | { readonly kind: "connected"; readonly clientId: string; readonly resumed: boolean }
  | {
      readonly kind: "disconnected";
      readonly clientId: string;
      readonly error: ConcheError;
      readonly retryInMs: number;
    }
  /** The broker does not let this client hear receipts or commands: nothing can be forgotten. */
  | { readonly kind: "unsubscribed"; readonly clientId: string; readonly error: ConcheError }
  /** QoS 1 messages are being refused; said once until there is room again. */
  | { readonly kind: "outbox-full"; readonly error: ConcheError }
  /** Nothing can be handed over any more. */
  | { readonly kind: "outbox-failed"; readonly error: ConcheError }
  /** The oldest telemetry made room for newer before a receipt covered it. */
  | { readonly kind: "telemetry-dropped"; readonly dropped: readonly DroppedTelemetry[] }
  /** The data center misses numbers that are no longer held here. */
  | { readonly kind: "lost"; readonly publisher: Publisher; readonly ranges: readonly SeqRange[] }
  /** The data center had these numbers, said so, and has them no longer. */
  | { readonly kind: "uncovered"; readonly publisher: Publisher; readonly ranges: readonly SeqRange[] }
  /** The data center has these messages in quarantine. */
  | { readonly kind: "quarantined"; readonly publisher: Publisher; readonly seqs: readonly number[] }
  /** The broker refused a message; it is kept and will be tried again. */
  | {
      readonly kind: "refused";
      readonly publisher: Publisher;
      readonly seq: number;
      readonly type: MessageType;
      readonly error: ConcheError;
    }
  /**
   * Somebody else gives the messages of this machine numbers too, under a boot that began after ours: two gateways or
   * bridges have the same machine, or two programs speak as it. What both have taken is in the log twice.
   */
  | { readonly kind: "numbered-elsewhere"; readonly machine: MachineKey; readonly boot: string }
  /**
   * No keys are known, so any receipt is believed: whoever may publish on `datacenter/#` of that broker can have messages
   * forgotten that nobody has stored. Said once, with the first connection.
   */
  | { readonly kind: "receipts-unverified" }
  /** A receipt or command that nobody who is believed has signed: it counts for nothing. */
  | { readonly kind: "distrusted"; readonly machine: MachineKey; readonly detail: string }
  /** A receipt that can't be true or says less than an earlier one. */
  | { readonly kind: "receipt-ignored"; readonly machine: MachineKey; readonly detail: string };
