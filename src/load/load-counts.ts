/** What a load, or a part of one, has come to. */
export interface LoadCounts {
  /** Connections that the broker has accepted and that are open. */
  readonly connected: number;
  /** Handed to the network. */
  readonly sent: number;
  /** QoS 1: PUBACKs that accept the message; QoS 0: the same as sent. */
  readonly acknowledged: number;
  /** Of these, the ones that nobody subscribes to (MQTT 5 reason 16). */
  readonly unheard: number;
  /** Refused with a reason code (MQTT 5). */
  readonly refused: number;
  /** QoS 1: sent on a connection that ended before the answer, or not answered by the end. */
  readonly unanswered: number;
  /** QoS 1: sent and still waiting for the answer. */
  readonly inFlight: number;
  /** Connections that broke. */
  readonly lostConnections: number;
  /** When the last message was settled, milliseconds after the beginning. */
  readonly lastMs: number;
  /** How often each thing went wrong, in words. */
  readonly errors: Readonly<Record<string, number>>;
}

/** The counts of a load that has sent nothing. */
export const NO_COUNTS: LoadCounts = {
  connected: 0,
  sent: 0,
  acknowledged: 0,
  unheard: 0,
  refused: 0,
  unanswered: 0,
  inFlight: 0,
  lostConnections: 0,
  lastMs: 0,
  errors: {},
};

/** Different errors that are told apart; what comes beyond is counted under {@link OTHER_ERRORS}. */
const MOST_ERRORS = 20;
const OTHER_ERRORS = "other errors";

/** Counts an error by its words, in bounded memory. */
export function countError(errors: Record<string, number>, words: string, times = 1): void {
  const known = words in errors || Object.keys(errors).length < MOST_ERRORS;
  const name = known ? words : OTHER_ERRORS;
  errors[name] = (errors[name] ?? 0) + times;
}

/** The counts of all parts together. */
export function sumCounts(parts: Iterable<LoadCounts>): LoadCounts {
  const errors: Record<string, number> = {};
  let sum = NO_COUNTS;
  for (const part of parts) {
    for (const [words, times] of Object.entries(part.errors)) countError(errors, words, times);
    sum = {
      connected: sum.connected + part.connected,
      sent: sum.sent + part.sent,
      acknowledged: sum.acknowledged + part.acknowledged,
      unheard: sum.unheard + part.unheard,
      refused: sum.refused + part.refused,
      unanswered: sum.unanswered + part.unanswered,
      inFlight: sum.inFlight + part.inFlight,
      lostConnections: sum.lostConnections + part.lostConnections,
      lastMs: Math.max(sum.lastMs, part.lastMs),
      errors,
    };
  }
  return sum;
}

/** Acknowledged messages per second, from the beginning to the last one. */
export function achievedRate({ acknowledged, lastMs }: LoadCounts): number {
  return lastMs === 0 ? 0 : (acknowledged / lastMs) * 1_000;
}
