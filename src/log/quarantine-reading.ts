import type { QuarantineRecord } from "./message-log.ts";
import type { QuarantineReason, QuarantineState } from "./quarantine-reason.ts";

/** Which quarantined messages are asked for: all conditions together. */
export interface QuarantineFilter {
  readonly reason?: QuarantineReason | undefined;
  /** A machine's name, or its address `<site>/<line>/<step>/<machine>`, as its topic has it. */
  readonly machine?: string | undefined;
  /** Received time in milliseconds since 1970, included. */
  readonly sinceMs?: number | undefined;
  /** Received before this time, milliseconds since 1970. */
  readonly untilMs?: number | undefined;
  /** Text that topic or detail contain, whatever the case of its letters. */
  readonly text?: string | undefined;
  /** `open` unless given. What was merely cleared is not among those unless its reason is asked for. */
  readonly state?: QuarantineState | "all" | undefined;
  /** Only messages with a higher number. */
  readonly afterId?: number | undefined;
  readonly limit?: number | undefined;
}

/** What became of a quarantined message. */
export interface QuarantineStatus {
  /** Its number in quarantine: 1, 2, 3 … */
  readonly id: number;
  /** When it was put through again with success, in milliseconds since 1970; null while it is open. */
  readonly replayedAt: number | null;
  /** The message it became in the log; null where it turned out to be a duplicate of one that was there. */
  readonly replayedId: number | null;
  readonly note: string | null;
  readonly state: QuarantineState;
  /** What a person decided about it last. */
  readonly decision: QuarantineDecision | null;
}

/** What a person decided about a quarantined message. */
export interface QuarantineDecision {
  readonly kind: "corrected" | "dismissed";
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
  readonly why: string;
}

/** A quarantined message with all its bytes. */
export interface QuarantinedMessage extends QuarantineRecord, QuarantineStatus {}

/** A quarantined message without its bytes. */
export interface QuarantineSummary extends Omit<QuarantineRecord, "payload">, QuarantineStatus {
  readonly payloadBytes: number;
}

/** PORT. Reads the quarantine; only a commit (MessageLog, ReplayLog) changes it. */
export interface QuarantineReading {
  /** The messages that fit, oldest first. */
  list(filter: QuarantineFilter): Iterable<QuarantineSummary>;
  /** @throws ConcheError CONCHE_QUARANTINE_UNKNOWN */
  get(id: number): QuarantinedMessage;
  /** How many are open, by reason; reasons without any are left out. */
  openByReason(): Map<QuarantineReason, number>;
  /** How many there are in each state; what was merely cleared is in none. */
  countByState(): Readonly<Record<QuarantineState, number>>;
  close(): void;
}
