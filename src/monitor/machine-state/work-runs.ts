import type { ViewReading } from "../../views/view-table.ts";
import { overlap, type Span } from "../span.ts";
import { WORK, type WorkRow } from "./machine-state-tables.ts";
import { hourOf } from "./presence.ts";

/** What a machine worked on for a time; null where it names only the other of the two. */
export interface WorkRun extends Span {
  readonly product: string | null;
  readonly batch: string | null;
}

/**
 * What a machine worked on in a span, one after the other: each from the first message that names it to the first one
 * that names another. Before the machine named anything there is nothing. Something that comes back within an hour
 * after something else counts from the next hour on.
 */
export function workRuns(reading: ViewReading, machine: string, span: Span): WorkRun[] {
  const rows = reading.rows(WORK);
  const named: WorkRow[] = [];
  for (const row of rows.range({ prefix: [machine], to: hourOf(span.fromMs) + 1, order: "desc" })) {
    const hour = named[0]?.hour_ms;
    // Whole hours, back to the first that has something before the span.
    if (hour !== undefined && row.hour_ms < hour && named.some(({ first_ms }) => first_ms <= span.fromMs))
      break;
    named.push(row);
  }
  for (const row of rows.range({ prefix: [machine], from: hourOf(span.fromMs) + 1, to: span.toMs })) {
    named.push(row);
  }
  named.sort((a, b) => a.first_ms - b.first_ms || (a.product + a.batch < b.product + b.batch ? -1 : 1));
  const runs: WorkRun[] = [];
  for (const [index, row] of named.entries()) {
    const part = overlap(span, { fromMs: row.first_ms, toMs: named[index + 1]?.first_ms ?? span.toMs });
    if (part === undefined) continue;
    const run = { ...part, product: row.product || null, batch: row.batch || null };
    const before = runs.at(-1);
    if (before !== undefined && before.product === run.product && before.batch === run.batch)
      runs[runs.length - 1] = { ...before, toMs: run.toMs };
    else runs.push(run);
  }
  return runs;
}
