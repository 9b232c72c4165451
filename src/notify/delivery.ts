import type { News } from "./told.ts";

/** A message on its way to a channel. */
export interface Delivery {
  /** Counts up; the receiver knows a repeated one by it. */
  readonly id: number;
  readonly channel: string;
  readonly madeMs: number;
  /** Most urgent first, at most {@link MOST_LISTED}. */
  readonly news: readonly News[];
  /** What isn't listed. */
  readonly more: number;
  readonly state: "waiting" | "sent" | "failed";
  readonly attempts: number;
  /** When it is tried next, milliseconds since 1970; when it was settled, once it is. */
  readonly atMs: number;
  /** What went wrong last. */
  readonly error: string | null;
}

/** How an attempt ended. A failure that another attempt won't mend is final. */
export type Attempt =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: string; readonly final: boolean };

/** A message names so many conditions and counts the rest. */
export const MOST_LISTED = 20;
/** After so long nobody wants to hear it any more, milliseconds: what stands then comes with the next message. */
export const GIVE_UP_MS = 86_400_000;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 600_000;
const LONGEST_ERROR = 300;

/** Before the attempt after so many, milliseconds: 5 s, doubled each time, ten minutes at most. */
export function pauseMs(attempts: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, Math.max(0, attempts - 1)));
}

/** A delivery after an attempt. */
export function attempted(delivery: Delivery, attempt: Attempt, nowMs: number): Delivery {
  const attempts = delivery.attempts + 1;
  if (attempt.ok) return { ...delivery, attempts, state: "sent", atMs: nowMs, error: null };
  const error = attempt.error.slice(0, LONGEST_ERROR);
  const over = attempt.final || nowMs - delivery.madeMs >= GIVE_UP_MS;
  return over
    ? { ...delivery, attempts, state: "failed", atMs: nowMs, error }
    : { ...delivery, attempts, atMs: nowMs + pauseMs(attempts), error };
}
