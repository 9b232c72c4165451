/**
 * A place in one certain log: which log, behind which message, and what that message reads. A log that was replaced
 * has another identity; one that was put back to an earlier state ends before the place, or has another message there.
 */
export interface LogPosition {
  /** The log's identity, a UUID; copies of a log have the same. Empty before anything was read. */
  readonly logId: string;
  /** The last message before the place, by its id in the log; 0 at the beginning. */
  readonly id: number;
  /** CRC-32 over time stamp, topic and payload of that message, as UTF-8 one after the other; 0 at the beginning. */
  readonly checksum: number;
}

/** Before the first message of any log. */
export const LOG_START: LogPosition = { logId: "", id: 0, checksum: 0 };

/**
 * Why a log that ends at `end` can't be read on from a place that was noted earlier, in words; undefined where it can.
 * @param checksumOf the checksum of the log's message with this id, undefined where it has none
 */
export function divergence(
  noted: LogPosition,
  end: LogPosition,
  checksumOf: (id: number) => number | undefined,
): string | undefined {
  const { logId, id, checksum } = noted;
  if (id === 0) return undefined;
  if (logId !== end.logId) return `the log is another one (${end.logId} instead of ${logId})`;
  if (id > end.id) return `the log ends with message ${end.id}, and was read up to message ${id}`;
  if (checksumOf(id) !== checksum) return `message ${id} of the log is not the one that was read`;
  return undefined;
}
