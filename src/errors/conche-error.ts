import { ERROR_CATALOGUE, type ErrorCode } from "./catalogue.ts";

/** What an error is made with beside its code. */
export interface ErrorDetails {
  /** What was wrong, in one sentence, with the values that show it. */
  readonly message: string;
  /** What stands below the message, each on a line of its own. Nothing else breaks lines where people read it. */
  readonly lines?: readonly string[] | undefined;
  /** What the reader can do; the catalogue's hint where this is left out. */
  readonly hint?: string;
  /** The error underneath. */
  readonly cause?: unknown;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
}

/**
 * The one error type of the product: a stable code (docs/errors.md), what was wrong, what to do about it.
 * Expected outcomes (a duplicate, a quarantined message) are returned values and never errors.
 */
export class ConcheError extends Error {
  override readonly name = "ConcheError";
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryable: boolean;
  /** The message as people read it: a line each; breaks within one come from what it quotes. */
  readonly lines: readonly string[];

  /** What was thrown as the product's error: as it is, or where nothing of ours says what it is, a defect. */
  static from(thrown: unknown, what: string): ConcheError {
    if (thrown instanceof ConcheError) return thrown;
    return new ConcheError("CONCHE_INTERNAL", { message: `${what}: ${messageOf(thrown)}`, cause: thrown });
  }

  constructor(code: ErrorCode, details: ErrorDetails) {
    const lines = [details.message, ...(details.lines ?? [])];
    super(lines.join("\n"), details.cause === undefined ? undefined : { cause: details.cause });
    this.lines = lines;
    this.code = code;
    this.hint = details.hint ?? ERROR_CATALOGUE[code].hint;
    this.retryable = details.retryable ?? false;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** A system error's code (`ENOSPC`, `EADDRINUSE` …), or undefined. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (thrown instanceof Error && "code" in thrown && typeof thrown.code === "string") return thrown.code;
  return undefined;
}
