/** Why a message is in quarantine. Stable: metrics labels, filters and runbooks use them. */
export const QUARANTINE_REASONS = {
  topic: "the topic is outside factory/<site>/<line>/<step>/<machine>/<message_type>",
  oversize: "the payload is over the size limit; only its beginning was kept",
  cleared: "nothing is wrong: a retained message was cleared, which MQTT does with an empty payload",
  empty: "the payload is empty",
  encoding: "the payload is not valid UTF-8",
  json: "the payload is not JSON, or nested deeper than the limit",
  prototype: "the payload uses the key __proto__",
  ambiguous: "JSON readers differ on the payload: a name twice, a number beyond 2^53, half a surrogate, NUL",
  version: "the payload names a schema version that is not known",
  schema: "the payload breaks its schema",
  identity: "boot or seq is missing, malformed or contradictory",
  conflict: "the sequence number was used before with other bytes",
  sequence: "the sequence jumps more often than can be tracked",
} as const;

/** Why a message can't be used: a key of {@link QUARANTINE_REASONS}, kept in the log. */
export type QuarantineReason = keyof typeof QUARANTINE_REASONS;

/**
 * Whether a quarantined message takes up its number in its publisher's sequence. One without a readable number can't;
 * a conflict's number is another message's; one that could not be tracked was left out of the sequence.
 */
export function holdsPlace(message: {
  readonly reason: QuarantineReason;
  readonly seq: number | null;
}): boolean {
  return message.seq !== null && message.reason !== "conflict" && message.reason !== "sequence";
}

/**
 * Where a quarantined message stands. `open`: somebody has to look at it. `replayed`: put through again as it was, and
 * accepted. `corrected`: a corrected copy is in the log. `dismissed`: looked at, and left where it is.
 */
export const QUARANTINE_STATES = ["open", "replayed", "corrected", "dismissed"] as const;
/** What became of a message in quarantine. */
export type QuarantineState = (typeof QUARANTINE_STATES)[number];
