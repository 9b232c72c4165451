import { ConcheError } from "../errors/conche-error.ts";

const MOST_OF_IT = 0.75;

/** The time for one answer, as something to call while it is made: throws CONCHE_TIME_LIMIT when it is over. */
export function deadline(limitMs: number, now: () => number): () => void {
  const until = now() + limitMs;
  return () => {
    if (now() > until) throw timeLimit(limitMs);
  };
}

/** Whether most of the time is over: who can answer with a part stops then, and has the rest to write it down. */
export function lateness(limitMs: number, now: () => number): () => boolean {
  const late = now() + MOST_OF_IT * limitMs;
  return () => now() > late;
}

/** The error of a question that took too long. */
export function timeLimit(limitMs: number): ConcheError {
  return new ConcheError("CONCHE_TIME_LIMIT", {
    message: `the answer took longer than ${limitMs / 1_000} s, the time limit`,
  });
}
