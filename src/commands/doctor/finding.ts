import type { Config } from "../../config/config-schema.ts";

/** What a check found. */
export interface Finding {
  readonly check: string;
  readonly verdict: "ok" | "warn" | "fail";
  /** What it found, in a line. */
  readonly detail: string;
  /** What to do about it; with `warn` and `fail`. */
  readonly hint?: string;
}

/** One check of the doctor. Never throws: what goes wrong is what it finds. */
export type Check = (config: Config) => Promise<readonly Finding[]>;

/** A check that passed. */
export function ok(check: string, detail: string): Finding {
  return { check, verdict: "ok", detail };
}

/** A check that passed, but may not for long. */
export function warn(check: string, detail: string, hint: string): Finding {
  return { check, verdict: "warn", detail, hint };
}

/** A check that failed: `conche doctor` ends with exit code 1. */
export function fail(check: string, detail: string, hint: string): Finding {
  return { check, verdict: "fail", detail, hint };
}
