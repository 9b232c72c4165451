import type { SeqRange } from "../../sequence/seq-range.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { BOOTS, type BootRow, NUMBERS } from "./completeness-tables.ts";
import { joinedRuns, runsOfRow, type SeqRun } from "./seq-runs.ts";

/** Numbers that haven't come, both ends included, and when they must have been said. */
export interface OpenGap {
  readonly boot: string;
  readonly from: number;
  readonly to: number;
  readonly missing: number;
  /** Event time of the last message before it and the first after; null before a start's first message. */
  readonly fromMs: number | null;
  readonly toMs: number;
}

/** What came of a machine and start of it. The law: highest = stored + quarantined + missing. */
export interface BootCompleteness {
  readonly machine: string;
  /** Null for what came without identity: it is counted, and nobody can tell what is missing. */
  readonly boot: string | null;
  readonly highest: number | null;
  readonly stored: number;
  /** Numbers of the start that are in quarantine, as the caller knows them. */
  readonly quarantined: number;
  readonly missing: number;
  readonly late: number;
  readonly refills: number;
  readonly firstReceivedMs: number;
  readonly lastReceivedMs: number;
  /** The machine's clock minus the data center's, milliseconds, of the message received last. */
  readonly clockSkewMs: number;
}

/** Numbers in quarantine of a machine and boot, ascending: the log of messages doesn't have them. */
export type QuarantinedNumbers = (machine: string, boot: string) => readonly number[];

const NONE: QuarantinedNumbers = () => [];

/** What came of every start of a machine, or of every machine, by machine and boot. */
export function* bootCompleteness(
  reading: ViewReading,
  machine?: string,
  quarantined: QuarantinedNumbers = NONE,
): Generator<BootCompleteness> {
  const prefix = machine === undefined ? undefined : [machine];
  for (const row of reading.rows(BOOTS).range({ prefix })) yield bootOf(row, quarantined);
}

/** The open gaps of a machine, by boot and number. */
export function* openGaps(
  reading: ViewReading,
  machine: string,
  quarantined: QuarantinedNumbers = NONE,
): Generator<OpenGap> {
  for (const { boot } of reading.rows(BOOTS).range({ prefix: [machine] })) {
    if (boot === "") continue;
    let before: SeqRun | undefined;
    for (const run of joinedRuns(runsOf(reading, machine, boot))) {
      const gap: SeqRange = [(before?.to ?? 0) + 1, run.from - 1];
      for (const [from, to] of without(gap, quarantined(machine, boot))) {
        yield {
          ...{ boot, from, to, missing: to - from + 1 },
          ...{ fromMs: before?.toAt ?? null, toMs: run.fromAt },
        };
      }
      before = run;
    }
  }
}

function bootOf(row: BootRow, quarantined: QuarantinedNumbers): BootCompleteness {
  const { machine, boot, highest, stored, late, refills } = row;
  const held = boot === "" ? 0 : quarantined(machine, boot).filter((seq) => seq <= highest).length;
  return {
    machine,
    boot: boot === "" ? null : boot,
    highest: boot === "" ? null : highest,
    stored,
    quarantined: held,
    missing: boot === "" ? 0 : Math.max(0, highest - stored - held),
    late,
    refills,
    firstReceivedMs: row.first_received,
    lastReceivedMs: row.last_received,
    clockSkewMs: row.skew_ms,
  };
}

function* runsOf(reading: ViewReading, machine: string, boot: string): Generator<SeqRun> {
  for (const row of reading.rows(NUMBERS).range({ prefix: [machine, boot] })) yield* runsOfRow(row);
}

/** A range without some numbers. */
function* without([from, to]: SeqRange, numbers: readonly number[]): Generator<SeqRange> {
  let begin = from;
  for (const number of numbers) {
    if (number < begin || number > to) continue;
    if (number > begin) yield [begin, number - 1];
    begin = number + 1;
  }
  if (begin <= to) yield [begin, to];
}
