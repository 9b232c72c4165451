import type { SeqRange } from "../sequence/seq-range.ts";
import type { IngestTotals } from "./message-log.ts";

/** What kind of contradiction verifying found. Stable: scripts and runbooks match on them. */
export const VERIFY_FINDINGS = {
  structure: "the database's own integrity check found damage",
  behind: "commits that are known to have been made are not in the database",
  totals: "the conservation counters don't match the rows",
  conservation: "received is not stored + duplicates + quarantined",
  content: "stored messages are not the bytes that were committed",
  block: "the block index doesn't match the rows of its block",
  duplicate: "the same publisher and number is stored twice",
  sequence: "a publisher's saved sequence doesn't match its rows",
  unknown_publisher: "rows of a publisher whose sequence isn't saved",
  retained: "the newest retained message of a topic is not the one recorded",
  replay: "a replayed message is not in the log",
} as const;

/** A kind of {@link VERIFY_FINDINGS}. */
export type VerifyFindingKind = keyof typeof VERIFY_FINDINGS;

/** A contradiction within a log. */
export interface VerifyFinding {
  readonly kind: VerifyFindingKind;
  /** Where and what, with the values that show it. */
  readonly detail: string;
}

/** One publisher's completeness: highest = stored + quarantined + missing. */
export interface PublisherCompleteness {
  /** `<site>/<line>/<step>/<machine>`; empty for messages without identity whose topic names none. */
  readonly machine: string;
  /** Null for what the machine sent without identity: no completeness can be told for it. */
  readonly boot: string | null;
  readonly stored: number;
  readonly quarantined: number;
  readonly missing: number;
  /** The first missing ranges. */
  readonly missingRanges: readonly SeqRange[];
  readonly duplicates: number;
  readonly highest: number;
  /** Whether everything recomputed from the rows equals what is saved. */
  readonly consistent: boolean;
}

/** What recomputing everything from the rows came to. */
export interface VerifyReport {
  /** True when there is no finding. */
  readonly ok: boolean;
  readonly rows: number;
  readonly totals: IngestTotals;
  readonly findings: readonly VerifyFinding[];
  /** Findings that were counted and not listed, because there were too many. */
  readonly unlisted: number;
  /** Machines and boots, then, with `boot` null, machines that sent something without identity. */
  readonly publishers: readonly PublisherCompleteness[];
}

/** How much of a phase of verifying is done, in the phase's own units. */
export interface VerifyProgress {
  readonly phase: "structure" | "rows" | "publishers";
  readonly done: number;
  readonly total: number;
}
