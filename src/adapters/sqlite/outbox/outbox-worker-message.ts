import type { Publisher } from "../../../contract/identity.ts";
import type {
  AppendNotes,
  AppendOutcome,
  Holding,
  OutboxMemory,
  PublisherHolding,
  ReadOutcome,
} from "../../../edge/outbox.ts";
import type { ErrorCode } from "../../../errors/catalogue.ts";
import { ConcheError, messageOf } from "../../../errors/conche-error.ts";
import type { SeqRange } from "../../../sequence/seq-range.ts";
import type { PackedEntries } from "./packed-entries.ts";

/** What a read found, as `ReadOutcome`. */
export interface PackedRead extends Pick<ReadOutcome, "through"> {
  readonly packed: PackedEntries;
}

/** What an outbox is asked, by name: what it takes and what it gives. */
export interface OutboxCalls {
  append: {
    readonly takes: readonly [packed: PackedEntries, notes?: AppendNotes];
    readonly gives: AppendOutcome;
  };
  read: {
    readonly takes: readonly [publisher: Publisher, from: number, to: number, limit: number];
    readonly gives: PackedRead;
  };
  delete: {
    readonly takes: readonly [publisher: Publisher, ranges: readonly SeqRange[]];
    readonly gives: Holding;
  };
  oldest: { readonly takes: readonly []; readonly gives: number | undefined };
  close: { readonly takes: readonly []; readonly gives: undefined };
}

/** A call on its way to the worker. */
export type OutboxRequest = {
  readonly [Name in keyof OutboxCalls]: {
    readonly id: number;
    readonly name: Name;
    readonly takes: OutboxCalls[Name]["takes"];
  };
}[keyof OutboxCalls];

/** An error as it crosses threads: a structured clone of an Error keeps neither class nor code. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
}

/** A message of the outbox's worker: how opening ended, then an answer to each call, by its id. */
export type OutboxReply =
  | {
      readonly kind: "opened";
      readonly leftovers: readonly PublisherHolding[];
      readonly memory: OutboxMemory;
    }
  | { readonly kind: "not-opened"; readonly error: ErrorRecord }
  | { readonly kind: "done"; readonly id: number; readonly gives: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: ErrorRecord };

/** An error in a form that crosses a thread's boundary whole; what isn't a ConcheError becomes CONCHE_INTERNAL. */
export function errorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof ConcheError) {
    const { code, message, hint, retryable } = thrown;
    return { code, message, hint, retryable };
  }
  return errorRecord(
    new ConcheError("CONCHE_INTERNAL", { message: `the outbox failed: ${messageOf(thrown)}`, cause: thrown }),
  );
}

/** The error at the other end, with its code and hint. */
export function errorOf({ code, message, hint, retryable }: ErrorRecord): ConcheError {
  return new ConcheError(code, { message, hint, retryable });
}
