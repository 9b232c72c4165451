/** What a step of a follower did, and what happened to the log meanwhile. */
export interface StepWork {
  /** How long it took, milliseconds. */
  readonly workedMs: number;
  /** Messages folded. */
  readonly folded: number;
  /** Messages committed to the log while it worked. */
  readonly committed: number;
  /** Whether it has folded all that was in the log when it began. */
  readonly atEnd: boolean;
}

/** How a follower goes on after a step. */
export interface Pace {
  /** It waits so long, milliseconds. */
  readonly restMs: number;
  /** Then works at most so long before it commits, milliseconds; undefined where it may take its usual time. */
  readonly portionMs: number | undefined;
}

/** At the log's end two portions begin at least so far apart, milliseconds: each one costs a commit. */
const PACE_MS = 50;
/** So many messages committed during one step are a rush: fewer are caught up with at once. */
const RUSH = 1_000;
/** In a rush it works this part of the time (docs/decisions/views.md). */
const SHARE_IN_A_RUSH = 1 / 20;
/** In a rush it looks up so often, milliseconds of work: it should hear soon that the rush is over. */
const PORTION_IN_A_RUSH_MS = 50;

/**
 * What comes after a step. Where more is committed than can be folded in the same time, as after an outage, the views
 * can't keep up anyway: they leave the processor to whoever commits, and make up for it when the rush is over.
 */
export function paceAfter({ workedMs, folded, committed, atEnd }: StepWork): Pace {
  if (committed > folded && committed >= RUSH) {
    return { restMs: workedMs / SHARE_IN_A_RUSH - workedMs, portionMs: PORTION_IN_A_RUSH_MS };
  }
  return { restMs: atEnd ? Math.max(0, PACE_MS - workedMs) : 0, portionMs: undefined };
}
