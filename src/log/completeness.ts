import { isUpTopic, parseUpTopic } from "../contract/topic.ts";
import { countOf, type SeqRange } from "../sequence/seq-range.ts";
import type { SessionLoss } from "./delivery-session.ts";
import type { SequenceState } from "./sequence-state.ts";

/** What a machine sent without identity: it can be counted, and nobody can tell what is missing. */
export interface UnsequencedCount {
  /** `<site>/<line>/<step>/<machine>`; empty where a message's topic names none. */
  readonly machine: string;
  readonly stored: number;
  /** Milliseconds since 1970, as received. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** Messages without identity that are in quarantine and were not put through since, by topic. */
export interface UnsequencedQuarantine {
  readonly topic: string;
  readonly count: number;
  /** Milliseconds since 1970, as received. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** PORT. What a log knows of its publishers, read while others write it. */
export interface CompletenessReading {
  /** Every publisher's saved sequence. Costs nothing per message of the log. */
  sequences(): Iterable<SequenceState>;
  /**
   * Costs a pass over the whole log where there are any such messages, and nothing where there are none. Who asks again
   * may keep what was counted: then only what came since costs something.
   */
  unsequenced(): Iterable<UnsequencedCount>;
  unsequencedQuarantine(): Iterable<UnsequencedQuarantine>;
  /** When brokers had lost the data center's session. */
  sessionLosses(): Iterable<SessionLoss>;
  close(): void;
}

/** Which publishers are asked for: all conditions together; none of them means all. */
export interface CompletenessFilter {
  readonly site?: string | undefined;
  readonly line?: string | undefined;
  readonly step?: string | undefined;
  readonly machine?: string | undefined;
  /** Heard at this time or later, milliseconds since 1970. */
  readonly sinceMs?: number | undefined;
  /** Heard before this time. */
  readonly untilMs?: number | undefined;
  /** Only those with numbers missing. */
  readonly incomplete?: boolean | undefined;
}

/** A machine and boot, and what became of its messages. The law: highest = stored + quarantined + missing. */
export interface CompletenessRow {
  /** `<site>/<line>/<step>/<machine>`; empty for quarantined messages whose topic names none. */
  readonly machine: string;
  /** Null for what came without identity. */
  readonly boot: string | null;
  /** The highest number seen; null without identity. */
  readonly highest: number | null;
  readonly stored: number;
  readonly missing: number;
  readonly missingRanges: readonly SeqRange[];
  /** Numbers that were missing once and arrived later. */
  readonly refilled: number;
  readonly duplicates: number;
  readonly quarantined: number;
  /** The machine's clock minus the data center's, milliseconds, as of its last message; null where none was told. */
  readonly clockSkewMs: number | null;
  /** Milliseconds since 1970, as received. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** The sums over all rows of the report; numbers unless it says otherwise. */
export interface CompletenessTotals {
  /** Machines and boots with identity. */
  readonly publishers: number;
  /** Of those, the ones with numbers missing. */
  readonly incomplete: number;
  /** Numbers seen: stored + missing + quarantined - quarantinedUnsequenced. */
  readonly seen: number;
  readonly stored: number;
  readonly missing: number;
  readonly refilled: number;
  readonly duplicates: number;
  /** With identity and without. */
  readonly quarantined: number;
  /** Of those in quarantine, the ones without identity: no part of the law. */
  readonly quarantinedUnsequenced: number;
  /** Stored messages that came without identity. */
  readonly unsequenced: number;
}

/** What is there, what is missing, of whom. */
export interface CompletenessReport {
  readonly totals: CompletenessTotals;
  /** By machine, its boots in the order in which they were first heard. */
  readonly rows: readonly CompletenessRow[];
  /** When messages without identity may be missing that nobody can count, oldest first. */
  readonly sessionsLost: readonly SessionLoss[];
}

/** Who said how much and what of it is missing, of those that fit the filter. */
export function reportCompleteness(
  reading: CompletenessReading,
  filter: CompletenessFilter = {},
): CompletenessReport {
  const all = [...sequencedRows(reading), ...unsequencedRows(reading)];
  const rows = all
    .filter((row) => fits(row, filter))
    .sort((a, b) => compare(a.machine, b.machine) || a.firstSeenAt - b.firstSeenAt);
  const { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = filter;
  const sessionsLost = [...reading.sessionLosses()].filter(
    (loss) => loss.untilMs >= sinceMs && loss.fromMs < untilMs,
  );
  return { totals: totalsOf(rows), rows, sessionsLost };
}

function* sequencedRows(reading: CompletenessReading): Generator<CompletenessRow> {
  for (const state of reading.sequences()) {
    const { machine, boot, highest, stored, missing, refilled, duplicates, quarantined } = state;
    const { clockSkewMs, firstSeenAt, lastSeenAt } = state;
    yield {
      ...{ machine, boot, highest, stored, refilled, duplicates, quarantined },
      missing: countOf(missing),
      missingRanges: missing,
      ...{ clockSkewMs, firstSeenAt, lastSeenAt },
    };
  }
}

function unsequencedRows(reading: CompletenessReading): Iterable<CompletenessRow> {
  const rows = new Map<string, CompletenessRow>();
  for (const found of reading.unsequenced()) rows.set(found.machine, unsequencedRow(found, 0));
  for (const { topic, count, firstSeenAt, lastSeenAt } of reading.unsequencedQuarantine()) {
    const parsed = parseUpTopic(topic);
    const machine = isUpTopic(parsed) ? parsed.machineKey : "";
    const known = rows.get(machine) ?? unsequencedRow({ machine, stored: 0, firstSeenAt, lastSeenAt }, 0);
    rows.set(machine, {
      ...known,
      quarantined: known.quarantined + count,
      firstSeenAt: Math.min(known.firstSeenAt, firstSeenAt),
      lastSeenAt: Math.max(known.lastSeenAt, lastSeenAt),
    });
  }
  return rows.values();
}

function unsequencedRow(found: UnsequencedCount, quarantined: number): CompletenessRow {
  const unknown = { boot: null, highest: null, clockSkewMs: null };
  return { ...found, ...unknown, missing: 0, missingRanges: [], refilled: 0, duplicates: 0, quarantined };
}

function fits(row: CompletenessRow, filter: CompletenessFilter): boolean {
  const [site, line, step, machine] = row.machine.split("/");
  const { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = filter;
  return (
    (filter.site === undefined || filter.site === site) &&
    (filter.line === undefined || filter.line === line) &&
    (filter.step === undefined || filter.step === step) &&
    (filter.machine === undefined || filter.machine === machine) &&
    row.lastSeenAt >= sinceMs &&
    row.firstSeenAt < untilMs &&
    (filter.incomplete !== true || row.missing > 0)
  );
}

function totalsOf(rows: readonly CompletenessRow[]): CompletenessTotals {
  const sequenced = rows.filter(({ boot }) => boot !== null);
  const sum = (of: readonly CompletenessRow[], value: (row: CompletenessRow) => number) =>
    of.reduce((total, row) => total + value(row), 0);
  return {
    publishers: sequenced.length,
    incomplete: sequenced.filter(({ missing }) => missing > 0).length,
    seen: sum(sequenced, ({ highest }) => highest ?? 0),
    stored: sum(sequenced, ({ stored }) => stored),
    missing: sum(sequenced, ({ missing }) => missing),
    refilled: sum(sequenced, ({ refilled }) => refilled),
    duplicates: sum(sequenced, ({ duplicates }) => duplicates),
    quarantined: sum(rows, ({ quarantined }) => quarantined),
    quarantinedUnsequenced: sum(rows, ({ boot, quarantined }) => (boot === null ? quarantined : 0)),
    unsequenced: sum(rows, ({ boot, stored }) => (boot === null ? stored : 0)),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
