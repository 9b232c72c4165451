import { FLAG_NAMES, implausibleFlags } from "../contract/policy.ts";

/** How many messages of a machine have the same flags. */
export interface FlaggedCount {
  /** `<site>/<line>/<step>/<machine>`; empty where the topic names none. */
  readonly machine: string;
  /** Bits of MESSAGE_FLAG. */
  readonly flags: number;
  readonly count: number;
  /** Received, milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The newest of them in the log. */
  readonly lastId: number;
}

/** PORT. Counts flagged messages in a log. */
export interface FlaggedReading {
  /** Messages with any of these flags, received from `sinceMs` and before `untilMs`. */
  flagged(mask: number, sinceMs: number, untilMs: number): readonly FlaggedCount[];
  close(): void;
}

/** What doesn't fit about a machine's messages: one flag, and how often. */
export interface PlausibilityRow {
  readonly machine: string;
  readonly flag: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly lastId: number;
}

/** One row for each machine and flag, those with the most messages first. Pure. */
export function plausibilityRows(counts: readonly FlaggedCount[], mask: number): PlausibilityRow[] {
  const rows = new Map<string, PlausibilityRow>();
  for (const { machine, flags, count, firstAt, lastAt, lastId } of counts) {
    const implausible = implausibleFlags(flags & mask, machine);
    for (const [bit, flag] of FLAG_NAMES) {
      if ((implausible & bit) === 0) continue;
      const key = `${machine} ${flag}`;
      const known = rows.get(key);
      rows.set(key, {
        machine,
        flag,
        count: count + (known?.count ?? 0),
        firstAt: Math.min(firstAt, known?.firstAt ?? firstAt),
        lastAt: Math.max(lastAt, known?.lastAt ?? lastAt),
        lastId: Math.max(lastId, known?.lastId ?? lastId),
      });
    }
  }
  return [...rows.values()].sort((a, b) => b.count - a.count || a.machine.localeCompare(b.machine));
}
