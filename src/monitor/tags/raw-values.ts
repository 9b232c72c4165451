import type { TagValue } from "../../contract/schemas/telemetry-v2.ts";
import { upcast } from "../../contract/upcast.ts";
import type { LogReading, StoredMessage } from "../../log/log-reading.ts";
import { emptyBucket } from "./bucket.ts";
import type { TagSpan } from "./tag-spans.ts";
import { addValue } from "./tag-values.ts";

/**
 * A tag's values as its messages have them, read from the log; each alone in its span. Undefined where that would be
 * `limit` messages or more.
 */
export function rawSpans(
  log: Pick<LogReading, "query">,
  machine: string,
  tag: string,
  fromMs: number,
  toMs: number,
  limit: number,
): TagSpan[] | undefined {
  const [site, line, step, name] = machine.split("/");
  const filter = {
    site,
    line,
    step,
    machine: name,
    type: "telemetry",
    sinceMs: fromMs,
    untilMs: toMs,
    limit,
  } as const;
  const spans: TagSpan[] = [];
  let read = 0;
  for (const message of log.query(filter)) {
    if (++read === limit) return undefined;
    const value = valueIn(message, tag);
    if (value === undefined) continue;
    const bucket = emptyBucket();
    addValue(bucket, value, message.tsMs, message.seq ?? 0);
    spans.push({ beginMs: message.tsMs, bucket });
  }
  // The log has them as they were stored: what came late is put where it belongs.
  return spans.sort((a, b) => a.beginMs - b.beginMs || a.bucket.firstSeq - b.bucket.firstSeq);
}

function valueIn(message: StoredMessage, tag: string): TagValue | undefined {
  const { tags } = upcast("telemetry", message.version, JSON.parse(message.payload));
  return Object.hasOwn(tags, tag) ? tags[tag] : undefined;
}
