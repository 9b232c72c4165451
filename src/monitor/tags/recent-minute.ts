import type { ViewRows } from "../../views/view-table.ts";
import type { Bucket } from "./bucket.ts";
import { OpenSpan, placeOf } from "./open-span.ts";
import { FINEST_MS, MINUTE_MS, spanBegin } from "./resolution.ts";
import type { FinestSpan } from "./settle.ts";
import type { RecentRow } from "./tag-tables.ts";
import type { TagSample } from "./tag-values.ts";

// The newest minute of each machine, in spans of 10 s.

/** Adds a message of a machine's newest minute. */
export function addToMinute(rows: ViewRows<RecentRow>, machine: string, sample: TagSample): void {
  const begin = spanBegin(sample.at, FINEST_MS);
  const row = rows.get(machine, placeOf(begin));
  const span = row === undefined ? OpenSpan.empty(machine, begin, sample.set) : OpenSpan.of(row);
  span.add(sample);
  rows.put(span);
}

/** Takes a machine's newest minute out of the store: the spans of each tag, in order. */
export function takeMinute(rows: ViewRows<RecentRow>, machine: string): Map<string, FinestSpan[]> {
  const byTag = new Map<string, FinestSpan[]>();
  for (let place = 0; place < MINUTE_MS / FINEST_MS; place++) {
    const row = rows.get(machine, place);
    if (row === undefined) continue;
    const { begin, set, spans } = OpenSpan.of(row);
    set.names.forEach((tag, index) => {
      const span = { beginMs: begin, bucket: spans[index] as Bucket };
      const known = byTag.get(tag);
      if (known === undefined) byTag.set(tag, [span]);
      else known.push(span);
    });
    rows.delete(machine, place);
  }
  return byTag;
}
