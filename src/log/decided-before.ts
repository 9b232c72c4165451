import { isoTime } from "../time/iso-time.ts";
import type { QuarantineStatus } from "./quarantine-reading.ts";
import type { WhoAndWhy } from "./replay-log.ts";

/** What became of a quarantined message, by whom, when and why, in a sentence; of one that isn't open. */
export function decidedBefore({ id, state, decision, replayedAt }: QuarantineStatus): string {
  if (decision !== null && decision.kind === state) {
    const { by, at, why } = decision;
    return `message ${id} was ${state} before, by ${by} at ${isoTime(at)}: ${why}`;
  }
  return replayedAt === null
    ? `message ${id} was never open: it says that a retained message was cleared`
    : `message ${id} was ${state} before, at ${isoTime(replayedAt)}: it is in the log`;
}

/** Whether it is dismissed by this very decision: said once more, it changes nothing and hides nothing. */
export function isSameDismissal({ state, decision }: QuarantineStatus, { by, why }: WhoAndWhy): boolean {
  return state === "dismissed" && decision?.by === by && decision.why === why;
}
