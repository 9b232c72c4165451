import type { LogPosition } from "../log/log-position.ts";
import type { StoredContent } from "../log/message-reader.ts";

/** PORT. A log read by position, beside whoever writes it. */
export interface FollowedLog {
  /** Where it ends at the moment. */
  end(): LogPosition;
  /** The messages after `afterId`, in the order of their ids, up to `throughId`, at most `limit`. */
  read(afterId: number, throughId: number, limit: number): readonly StoredContent[];
  /** The checksum of a message as in {@link LogPosition}; undefined where the log has none of that id. */
  checksum(id: number): number | undefined;
}
