import type { StoredMessage } from "../../log/log-reading.ts";
import { isReadable, MessageReader } from "../../log/message-reader.ts";
import type { Plant } from "../../plant/plant.ts";
import { isLevel } from "../../views/level.ts";
import type { Genealogy } from "../questions/genealogy.ts";
import { endsEarly, type LeftOut, notListed } from "./left-out.ts";
import {
  type BatchOutline,
  type ProcedureStep,
  type RecordedAction,
  type RecordedAlarm,
  type RecordedResults,
  RecordTally,
} from "./record-tally.ts";
import { lotsOf, type RecordedGoods } from "./recorded-lots.ts";
import { type Seal, SealChain } from "./seal.ts";
import type { TagCourse } from "./tag-course.ts";

/** Something that whoever signs must have seen. */
export interface RecordException {
  readonly what: string;
  readonly detail: string;
}

/** How complete what the record is made of is, by machine: numbers seen, numbers missing. */
export interface MachineCoverage {
  readonly machine: string;
  readonly messages: number;
  readonly seen: number;
  readonly missing: number;
  readonly numbered: boolean;
}

/** The electronic record of a batch: everything that the log has about it, exceptions first. */
export interface BatchRecord extends BatchOutline, Omit<RecordedGoods, "left"> {
  readonly batch: string;
  readonly exceptions: readonly RecordException[];
  readonly procedure: readonly ProcedureStep[];
  readonly courses: readonly TagCourse[];
  readonly alarms: readonly RecordedAlarm[];
  readonly results: readonly RecordedResults[];
  readonly actions: readonly RecordedAction[];
  readonly coverage: readonly MachineCoverage[];
  /** What can't be said of this batch, and why. */
  readonly unsaid: readonly string[];
  readonly unreadable: number;
  readonly seal: Seal;
  /** What the log has of the batch beyond what a record lists; absent where everything is in it. */
  readonly leftOut?: readonly LeftOut[];
}

/** What a record is made with. */
export interface BatchRecordDependencies {
  readonly plant: Plant;
  /** All messages that name the batch, in the order of the log. */
  readonly messages: Iterable<StoredMessage>;
  /** Asked after the last of them: whether there are more, for which there was no time. */
  readonly isCut?: (() => boolean) | undefined;
  /** Where nobody keeps the genealogy, the record says so. */
  readonly genealogy: Genealogy | undefined;
  /** Numbers of a machine that came and that are missing, from one time to another; undefined where nobody knows. */
  readonly covered: (
    machine: string,
    fromMs: number,
    toMs: number,
  ) => { seen: number; missing: number } | undefined;
  /** Messages of the log that are not in the genealogy or in those numbers yet. */
  readonly behind: number;
  readonly sha256: (text: string) => string;
}

/** Below this much measured time a curve proves little. */
const THIN_COVERAGE = 0.95;

/** Draws up the record of a batch; undefined where no message names it. */
export function batchRecord(batch: string, dependencies: BatchRecordDependencies): BatchRecord | undefined {
  const reader = new MessageReader();
  const chain = new SealChain(dependencies.sha256);
  const tally = new RecordTally(dependencies.plant);
  let unreadable = 0;
  for (const stored of dependencies.messages) {
    chain.add(stored);
    const message = reader.read(stored);
    if (isReadable(message)) tally.add(message);
    else unreadable += 1;
  }
  if (chain.seal.messages === 0) return undefined;
  const { left, ...lots } = lotsOf(batch, dependencies.genealogy);
  const coverage = Array.from(tally.machines, ([machine, { messages, firstMs, lastMs, versions }]) => {
    const covered = dependencies.covered(machine, firstMs, lastMs + 1);
    const numbered = versions.has(2);
    return { machine, messages, seen: covered?.seen ?? messages, missing: covered?.missing ?? 0, numbered };
  }).sort((a, b) => (a.machine < b.machine ? -1 : 1));
  const record: Omit<BatchRecord, "exceptions" | "unsaid"> = {
    batch,
    ...tally.outline,
    ...lots,
    procedure: tally.procedure,
    courses: tally.courses,
    alarms: tally.alarms,
    results: tally.results,
    actions: tally.actions.toSorted((a, b) => a.atMs - b.atMs),
    coverage,
    unreadable,
    seal: chain.seal,
  };
  const leftOut = [
    ...(dependencies.isCut?.() ? [endsEarly(batch, chain.seal)] : []),
    ...Array.from(tally.leftOut, ([kind, count]) => notListed(batch, kind, count)),
    ...left,
  ];
  return {
    ...record,
    ...(leftOut.length === 0 ? {} : { leftOut }),
    exceptions: exceptionsOf(record, leftOut, dependencies.behind),
    unsaid: unsaidOf(record, dependencies.genealogy),
  };
}

function exceptionsOf(
  record: Omit<BatchRecord, "exceptions" | "unsaid">,
  leftOut: readonly LeftOut[],
  behind: number,
): RecordException[] {
  const found: RecordException[] = [];
  const add = (what: string, detail: string) => found.push({ what, detail });
  for (const { detail } of leftOut) add("not all of it", detail);
  if (!isLevel(behind))
    add(
      "not all of it",
      `${behind} messages of the log are not in lots, holds and completeness: draw it up again`,
    );
  for (const { holdId, goods, standing, reason, by, decisions } of record.holds)
    if (standing.length > 0) add("on hold", `${named(standing)}: ${holdId} by ${by}, ${reason}`);
    else add("was on hold", `${named(goods)}: ${holdId} by ${by}, ${reason}; ${decisions.join("; ")}`);
  for (const { characteristic, failed, n } of record.results)
    if (failed > 0) add("result out of specification", `${characteristic}: ${failed} of ${n}`);
  for (const { machine, code, priority, raisedMs, clearedMs } of record.alarms)
    if (priority === "high" || priority === "critical") {
      const stood =
        clearedMs === null
          ? "not cleared within the record"
          : `${Math.round((clearedMs - raisedMs) / 1000)} s`;
      add(`${priority} alarm`, `${code} at ${nameOf(machine)}, ${stood}`);
    }
  for (const { name, machine, state, reason } of record.procedure)
    if (["held", "stopped", "aborted"].includes(state))
      add(`procedure ${state}`, `${name} at ${nameOf(machine)}${reason === "" ? "" : `: ${reason}`}`);
  for (const { machine, tag, beyondAlarm, values } of record.courses)
    if (beyondAlarm > 0)
      add("beyond the alarm limit", `${tag} of ${nameOf(machine)}: ${beyondAlarm} of ${values} values`);
  for (const { machine, tag, coverage } of record.courses)
    if (coverage < THIN_COVERAGE)
      add("measured in part", `${tag} of ${nameOf(machine)}: ${(100 * coverage).toFixed(1)} % of the time`);
  for (const { machine, missing } of record.coverage)
    if (missing > 0) add("messages missing", `${missing} of ${nameOf(machine)}`);
  if (record.unreadable > 0) add("not readable", `${record.unreadable} messages`);
  if (record.outcome !== null && record.outcome !== "complete") add("outcome", record.outcome);
  return found;
}

/** So many are named; of the rest their number. */
const MOST_NAMED = 3;

function named(goods: readonly string[]): string {
  const more = goods.length - MOST_NAMED;
  return `${goods.slice(0, MOST_NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Version 1 and foreign machines say less: what follows from it is named. */
function unsaidOf(
  record: Omit<BatchRecord, "exceptions" | "unsaid">,
  genealogy: Genealogy | undefined,
): string[] {
  const unsaid: string[] = [];
  if (genealogy === undefined)
    unsaid.push("Lots and pallets: nobody keeps the view of genealogy in this data folder.");
  else if (record.outputs.length === 0)
    unsaid.push("Ingredients, lots and pallets: no event says of what this batch was made.");
  if (record.procedure.length === 0) unsaid.push("Procedure: no machine reported a phase of the recipe.");
  if (record.recipe === null) unsaid.push("Recipe and version: the begin of the batch doesn't name them.");
  const unnumbered = record.coverage
    .filter(({ numbered }) => !numbered)
    .map(({ machine }) => nameOf(machine));
  if (unnumbered.length > 0)
    unsaid.push(
      `Missing messages of ${unnumbered.join(", ")}: they number nothing (version 1), so that a gap can't be seen.`,
    );
  if (record.startedMs === null) unsaid.push("The begin of the batch: no BATCH_START.");
  if (record.endedMs === null) unsaid.push("The end of the batch: no BATCH_END; it may still run.");
  if (record.results.length === 0) unsaid.push("Quality: no result names this batch.");
  return unsaid;
}

/** The last level of a machine key. */
export function nameOf(machine: string): string {
  return machine.split("/").at(-1) ?? machine;
}
