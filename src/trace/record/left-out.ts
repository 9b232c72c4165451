import { type ListedKind, MOST_LISTED } from "./record-tally.ts";
import type { Seal } from "./seal.ts";

/** Part of a batch that its record doesn't list. */
export interface LeftOut {
  readonly what: ListedKind | "messages" | "ingredients" | "outputs" | "holds";
  /** How many are listed. */
  readonly listed: number;
  /** How many aren't, and what shows them. */
  readonly detail: string;
}

/** What is counted of each kind, and where all of it is. */
const KINDS: Readonly<Record<ListedKind, readonly [counted: string, type: string]>> = {
  machines: ["messages of other machines", ""],
  tags: ["values of other tags", " --type telemetry"],
  phases: ["messages of other phases", " --type batch"],
  alarms: ["alarms", " --type alarm"],
  results: ["results of other characteristics", " --type quality"],
  actions: ["actions", ""],
};

/** Messages that say more than a record lists. */
export function notListed(batch: string, what: ListedKind, count: number): LeftOut {
  const [counted, type] = KINDS[what];
  const detail = `${what}: the first ${MOST_LISTED} are listed, ${count} more ${counted} are not: conche log query --batch ${batch}${type} --limit 1000000`;
  return { what, listed: MOST_LISTED, detail };
}

/** A record of the first messages of a batch only: for the others there was no time. */
export function endsEarly(batch: string, { messages, last_id }: Seal): LeftOut {
  const detail = `the record and its seal end at message ${last_id}, after the first ${messages} that name the batch: conche batch record ${batch} reads all`;
  return { what: "messages", listed: messages, detail };
}

/** The first of what the genealogy has, and what is left of it. */
export function listed<Row>(
  what: "ingredients" | "outputs" | "holds",
  all: readonly Row[],
  instead: string,
): { rows: readonly Row[]; left: readonly LeftOut[] } {
  if (all.length <= MOST_LISTED) return { rows: all, left: [] };
  const more = all.length - MOST_LISTED;
  const detail = `${what}: ${MOST_LISTED} are listed, ${more} more are not: ${instead}`;
  return { rows: all.slice(0, MOST_LISTED), left: [{ what, listed: MOST_LISTED, detail }] };
}
