import type { DatabaseSync, StatementSync } from "node:sqlite";
import { isUpTopic, parseUpTopic } from "../../../contract/topic.ts";
import type { SequenceState } from "../../../log/sequence-state.ts";
import type { PublisherCompleteness } from "../../../log/verify-report.ts";
import { countOf, overlap, uncovered } from "../../../sequence/seq-range.ts";
import { SeqSet } from "../../../sequence/seq-set.ts";
import { allSequences } from "../log/sequence-table.ts";
import type { Findings } from "./verify-findings.ts";
import type { FoundRows } from "./verify-rows.ts";

/** Missing ranges listed per publisher. */
const RANGES_LISTED = 20;

/** Holds every saved sequence against the rows, and lists every publisher's completeness. */
export function checkPublishers(
  db: DatabaseSync,
  found: FoundRows,
  findings: Findings,
): PublisherCompleteness[] {
  const quarantined = db.prepare(`
    SELECT count(DISTINCT seq) AS count FROM quarantine
    WHERE machine = ? AND boot = ? AND seq BETWEEN ? AND ? AND reason <> 'conflict' AND replayed_at IS NULL`);
  const dropped = db.prepare("SELECT numbers FROM quarantine_dropped WHERE machine = ? AND boot = ?");
  const result: PublisherCompleteness[] = [];
  const saved = new Set<string>();
  for (const state of allSequences(db)) {
    const key = `${state.machine} ${state.boot}`;
    saved.add(key);
    const numbers = found.publishers.get(key)?.numbers ?? new SeqSet();
    const faults = sequenceFaults(state, numbers, quarantined, dropped);
    for (const fault of faults) findings.add("sequence", `${key}: ${fault}`);
    result.push(completeness(state, numbers, faults.length === 0));
  }
  for (const [key, { machine, boot, numbers }] of found.publishers) {
    if (saved.has(key)) continue;
    findings.add("unknown_publisher", `${key} has ${numbers.count} rows and no saved sequence`);
    result.push(unsaved(machine, boot, numbers));
  }
  return [...result, ...unsequenced(db, found)];
}

/**
 * Every number up to the highest is in the log, in quarantine or missing, and in only one of them. What is in
 * quarantine follows from the other two, and each of those numbers must be there.
 */
function sequenceFaults(
  state: SequenceState,
  numbers: SeqSet,
  quarantined: StatementSync,
  dropped: StatementSync,
): string[] {
  const { highest, missing } = state;
  const faults: string[] = [];
  if (numbers.count !== state.stored)
    faults.push(`${numbers.count} rows, ${state.stored} stored by its sequence`);
  if (numbers.highest > highest)
    faults.push(`number ${numbers.highest} is stored, the highest is ${highest}`);
  const both = overlap(numbers.ranges, missing);
  if (both !== undefined)
    faults.push(`the numbers ${both[0]} to ${both[1]} are stored and listed as missing`);
  const held = uncovered(highest, numbers.ranges, missing);
  if (countOf(held) !== state.quarantined) {
    faults.push(
      `${countOf(held)} numbers are neither stored nor missing, ${state.quarantined} are in quarantine`,
    );
  }
  // Which of them were dropped is not kept, but how many.
  let gone = Number(dropped.get(state.machine, state.boot)?.numbers ?? 0);
  for (const [from, to] of held) {
    const row = quarantined.get(state.machine, state.boot, from, to);
    const absent = to - from + 1 - Number(row?.count);
    gone -= absent;
    if (absent === 0 || gone >= 0) continue;
    faults.push(
      `of the numbers ${from} to ${to}, which are not missing, only ${row?.count} are in quarantine`,
    );
  }
  return faults;
}

function completeness(state: SequenceState, numbers: SeqSet, consistent: boolean): PublisherCompleteness {
  return {
    machine: state.machine,
    boot: state.boot,
    stored: numbers.count,
    quarantined: state.quarantined,
    missing: countOf(state.missing),
    missingRanges: state.missing.slice(0, RANGES_LISTED),
    duplicates: state.duplicates,
    highest: state.highest,
    consistent,
  };
}

function unsaved(machine: string, boot: string, numbers: SeqSet): PublisherCompleteness {
  const gaps = uncovered(numbers.highest, numbers.ranges);
  return {
    machine,
    boot,
    stored: numbers.count,
    quarantined: 0,
    missing: countOf(gaps),
    missingRanges: gaps.slice(0, RANGES_LISTED),
    duplicates: 0,
    highest: numbers.highest,
    consistent: false,
  };
}

/** What came without identity: it can be counted, and nobody can tell what is missing. */
function unsequenced(db: DatabaseSync, found: FoundRows): PublisherCompleteness[] {
  const quarantined = new Map<string, number>();
  const open = db.prepare("SELECT topic FROM quarantine WHERE seq IS NULL AND replayed_at IS NULL");
  for (const { topic } of open.iterate() as Iterable<{ topic: string }>) {
    const parsed = parseUpTopic(topic);
    const machine = isUpTopic(parsed) ? parsed.machineKey : "";
    quarantined.set(machine, (quarantined.get(machine) ?? 0) + 1);
  }
  const machines = new Set([...found.unsequenced.keys(), ...quarantined.keys()]);
  return Array.from(machines, (machine) => ({
    machine,
    boot: null,
    stored: found.unsequenced.get(machine) ?? 0,
    quarantined: quarantined.get(machine) ?? 0,
    missing: 0,
    missingRanges: [],
    duplicates: 0,
    highest: 0,
    consistent: true,
  }));
}
