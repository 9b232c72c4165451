/**
 * A place in one certain log: which log, which message, and what that message reads. A log that was replaced has
 * another identity; one that was restored to an earlier state ends before the place or holds another message there.
 */
export interface LogPosition {
  /** The log's identity, a UUID; empty before anything was read. */
  readonly logId: string;
  /** The last message, by its id in the log; 0 before the first. */
  readonly id: number;
  /** CRC-32 over the time stamp, topic and payload of that message; 0 before the first. */
  readonly checksum: number;
}

/** Before the first message of any log. */
export const LOG_START: LogPosition = { logId: "", id: 0, checksum: 0 };

/** A message as it stands in the log, with what views need of it. */
export interface LogEntry {
  readonly id: number;
  readonly topic: string;
  /** The payload exactly as received. */
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly boot: string | null;
  readonly seq: number | null;
  /** Bits of MESSAGE_FLAG. */
  readonly flags: number;
}

/** Where a log ends at the moment. */
export interface LogEnd {
  readonly logId: string;
  /** The id of its newest message, 0 for an empty log. */
  readonly id: number;
}

/** PORT. A log read by position, beside whoever writes it. */
export interface FollowedLog {
  end(): LogEnd;
  /** The messages after `afterId`, in the order of their ids, up to `throughId`, at most `limit`. */
  read(afterId: number, throughId: number, limit: number): readonly LogEntry[];
  /** The checksum of a message as in {@link LogPosition}; undefined where the log has none of that id. */
  checksum(id: number): number | undefined;
}
