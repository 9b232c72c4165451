/**
 * Where a quarantined message stands. `open`: somebody has to look at it. `replayed`: put through again as it was, and
 * accepted. `corrected`: a corrected copy is in the log. `dismissed`: looked at, and left where it is.
 */
export const QUARANTINE_STATES = ["open", "replayed", "corrected", "dismissed"] as const;
/** What became of a message in quarantine. */
export type QuarantineState = (typeof QUARANTINE_STATES)[number];
