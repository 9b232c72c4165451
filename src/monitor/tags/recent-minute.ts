import type { ViewRows } from "../../views/view-table.ts";
import type { Bucket } from "./bucket.ts";
import { mayHold } from "./newest-values.ts";
import { OpenSpan } from "./open-span.ts";
import { FINEST_MS, MINUTE_MS, spanBegin } from "./resolution.ts";
import type { FinestSpan } from "./settle.ts";
import type { MachineRow, RecentRow } from "./tag-tables.ts";
import type { TagSample } from "./tag-values.ts";

// The newest minute of each machine, in spans of 10 s.

/** Adds a message of a machine's newest minute. */
export function addToMinute(rows: ViewRows<RecentRow>, machine: string, sample: TagSample): void {
  const begin = spanBegin(sample.at, FINEST_MS);
  const row = rows.get(machine, begin);
  const span = row === undefined ? OpenSpan.empty(machine, begin, sample.set) : OpenSpan.of(row);
  span.add(sample);
  rows.put(span);
}

/** Takes a machine's newest minute out of the store: the spans of each tag, in order. */
export function takeMinute(rows: ViewRows<RecentRow>, newest: MachineRow): Map<string, FinestSpan[]> {
  const { machine, minute } = newest;
  const byTag = new Map<string, FinestSpan[]>();
  for (let beginMs = minute; beginMs < minute + MINUTE_MS; beginMs += FINEST_MS) {
    // A machine that speaks once a minute has one span: the other five aren't looked for on disk.
    const row = mayHold(newest, beginMs) ? rows.get(machine, beginMs) : undefined;
    if (row === undefined) continue;
    const { set, spans } = OpenSpan.of(row);
    set.names.forEach((tag, index) => {
      const span = { beginMs, bucket: spans[index] as Bucket };
      const known = byTag.get(tag);
      if (known === undefined) byTag.set(tag, [span]);
      else known.push(span);
    });
    rows.delete(machine, beginMs);
  }
  return byTag;
}
