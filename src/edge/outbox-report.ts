import type { MachineKey } from "../contract/topic.ts";
import type { SessionLoss } from "../log/delivery-session.ts";
import type { Holding } from "./outbox.ts";

/** What kind of contradiction verifying an outbox found. Stable: scripts and runbooks match on them. */
export const OUTBOX_FINDINGS = {
  structure: "the database's own integrity check found damage",
  behind: "commits that are known to have been made are not in the database",
  books: "what was taken is not what was receipted, dropped and still waits",
  numbers: "the numbers that wait are not the ones that were given",
  twice: "one number is held twice",
  row: "a message that waits is not what was handed over",
  publisher: "messages of nobody, or of somebody who can't exist",
  memory: "what is remembered beside the messages can't be what was written",
} as const;

/** A kind of {@link OUTBOX_FINDINGS}. */
export type OutboxFindingKind = keyof typeof OUTBOX_FINDINGS;

/** A contradiction within an outbox. */
export interface OutboxFinding {
  readonly kind: OutboxFindingKind;
  /** Where and what, with the values that show it. */
  readonly detail: string;
}

/** How many messages were taken, and where they went. */
export interface OutboxBook {
  /** What must not be lost. */
  readonly durable: { readonly taken: number; readonly receipted: number };
  readonly telemetry: { readonly taken: number; readonly receipted: number; readonly dropped: number };
}

/** One boot of a machine: per table `taken = receipted + dropped + waiting`. */
export interface OutboxPublisher extends OutboxBook {
  readonly boot: string;
  /** The highest number that was handed over. */
  readonly highest: number;
  /** Whether every number up to the highest was given here, so that `highest` is the number of messages taken. */
  readonly gapless: boolean;
  readonly waiting: Holding;
  /** When the oldest message that waits was handed over, milliseconds since 1970; null where that isn't known. */
  readonly oldestAt: number | null;
  /** Whether its books, its numbers and its messages hold. */
  readonly consistent: boolean;
}

/** What of a machine waits for a receipt, over all its boots. */
export interface OutboxMachine {
  readonly machine: MachineKey;
  readonly waiting: Holding;
  readonly oldestAt: number | null;
  /** Older boots first. */
  readonly boots: readonly OutboxPublisher[];
}

/** The process that has an outbox open. */
export interface OutboxHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

/** What recomputing everything from an outbox's rows came to. */
export interface OutboxReport {
  /** True when there is no finding. */
  readonly ok: boolean;
  /** What distinguishes this outbox from every other. */
  readonly id: string;
  /** Null where nobody has it open. */
  readonly openedBy: OutboxHolder | null;
  /** Since the outbox was made; machines of whom nothing waits any more included. */
  readonly totals: OutboxBook;
  readonly waiting: Holding;
  readonly oldestAt: number | null;
  readonly machines: readonly OutboxMachine[];
  /** Times in which the machines' broker kept nothing for us; oldest first. */
  readonly sessionsLost: readonly SessionLoss[];
  readonly findings: readonly OutboxFinding[];
  /** Findings that were counted and not listed, because there were too many. */
  readonly unlisted: number;
}
