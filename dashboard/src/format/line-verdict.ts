import type { AlarmPresent, MachinePresent } from "../api/present.ts";
import { number } from "./number.ts";

/** What a page's first sentence says, and in which hue. */
export interface VerdictWords {
  readonly priority?: AlarmPresent["priority"] | "record" | "hold" | undefined;
  readonly unacknowledged?: boolean;
  readonly sentence: string;
  readonly rest?: string | undefined;
}

/** A value that is outside its normal range, in words. */
export interface OutOfRange {
  readonly machine: string;
  readonly words: string;
}

interface Situation {
  /** The line's machines in order of the process. */
  readonly machines: readonly MachinePresent[];
  readonly alarms: readonly AlarmPresent[];
  readonly out: readonly OutOfRange[];
  /** Messages of the log that are not in what is shown yet. */
  readonly behind: number;
  readonly nowMs: number;
  /** How a machine is called: "Tempering". */
  readonly nameOf: (machine: string) => string;
  readonly describe: (alarm: AlarmPresent) => string;
  readonly duration: (ms: number) => string;
  /** The time of day, as the page's zone has it. */
  readonly clock: (atMs: number) => string;
}

/** So many messages behind, what is shown is the past: a line says some ten in a second. */
const CATCHING_UP = 500;
const RANK = { critical: 0, high: 1, medium: 2, low: 3 } as const;
/** States in which a machine should produce and doesn't. */
const STOPPED: ReadonlySet<string> = new Set([
  "Held",
  "Aborted",
  "Stopped",
  "Aborting",
  "Stopping",
  "Holding",
]);
const WAITING: ReadonlySet<string> = new Set(["Suspended", "Suspending"]);

/** The most urgent of what is wrong: an active alarm, a machine nobody hears, a stop, a value out of range; or nothing. */
export function lineVerdict(situation: Situation): VerdictWords {
  const { machines, alarms, out, behind, nowMs, nameOf, describe, duration, clock } = situation;
  if (behind > CATCHING_UP) {
    const last = Math.max(0, ...machines.map(({ lastHeardMs }) => lastHeardMs ?? 0));
    return {
      priority: "record",
      sentence: `Behind the log: what is shown is ${last === 0 ? "not the present" : `${duration(nowMs - last)} old`}.`,
      rest: `${number(behind)} messages of the log are not in it yet.`,
    };
  }
  const [worst, ...others] = [...alarms]
    .filter(({ active }) => active)
    .sort((a, b) => urgency(a) - urgency(b));
  const age = (sinceMs: number | undefined) =>
    sinceMs === undefined ? "" : ` for ${duration(nowMs - sinceMs)}, since ${clock(sinceMs)}`;
  const silent = machines.filter(({ state }) => state === "unknown");
  if (worst !== undefined) {
    const rest = [
      // An alarm of a machine that nobody hears may be over: that is said beside it.
      silent.length === 0
        ? undefined
        : `Nobody knows what ${allOf(silent, machines) ? "the line" : silent.map(({ key }) => nameOf(key)).join(", ")} does`,
      others.length === 0 ? undefined : `${others.length} more active`,
      ...out
        .filter(({ machine }) => machine !== worst.machine)
        .slice(0, 2)
        .map(({ words }) => words),
    ].filter((each) => each !== undefined);
    return {
      priority: worst.priority,
      unacknowledged: !worst.acknowledged,
      sentence: `${nameOf(worst.machine)}: ${describe(worst)} (for ${duration(nowMs - worst.raisedMs)}, since ${clock(worst.raisedMs)}).`,
      rest: rest.length === 0 ? undefined : `${rest.join("; ")}.`,
    };
  }
  // Of machines that nobody has told of yet, nothing is known: that none is out of range would be made up.
  if (machines.length === 0) return { priority: "record", sentence: "Nobody knows yet how the line does." };
  if (allOf(silent, machines)) {
    const last = Math.max(...silent.map(({ lastHeardMs }) => lastHeardMs ?? 0));
    return {
      priority: "record",
      sentence:
        last === 0 ? "Nothing has been heard of this line." : `The whole line has been silent${age(last)}.`,
      rest:
        last === 0 ? undefined : "Nothing said that it stopped: look at the gateway and the network first.",
    };
  }
  if (silent.length > 0) {
    const first = silent[0] as MachinePresent;
    return {
      priority: "record",
      sentence: `Nobody knows what ${silent.map(({ key }) => nameOf(key)).join(", ")} does${silent.length === 1 ? age(first.lastHeardMs) : ""}.`,
    };
  }
  const stopped = machines.filter(({ state }) => STOPPED.has(state));
  const waiting = machines.filter(({ state }) => WAITING.has(state));
  // A code is a word for programs: people get it without its underscores.
  const why = ({ reason, state }: MachinePresent) =>
    (reason?.message ?? reason?.code.replaceAll("_", " ") ?? state).toLowerCase();
  const outWords =
    out.length === 0
      ? undefined
      : `${out
          .map(({ words }) => words)
          .slice(0, 2)
          .join("; ")}.`;
  if (stopped.length > 0) {
    const first = stopped[0] as MachinePresent;
    const more = [...stopped.slice(1), ...waiting].map(
      ({ key, state }) => `${nameOf(key)} ${state.toLowerCase()}`,
    );
    return {
      sentence: `${nameOf(first.key)} stands${age(first.sinceMs)}: ${why(first)}.`,
      rest: more.length > 0 ? `${more.join(", ")}.` : outWords,
    };
  }
  if (waiting.length > 0) {
    const first = waiting[0] as MachinePresent;
    return {
      sentence: `${waiting.map(({ key }) => nameOf(key)).join(", ")} ${waiting.length === 1 ? "waits" : "wait"}${age(first.sinceMs)}: ${why(first)}.`,
      rest: outWords,
    };
  }
  if (out.length > 0)
    return {
      sentence: `${(out[0] as OutOfRange).words}.`,
      rest:
        out
          .slice(1, 3)
          .map(({ words }) => words)
          .join("; ") || undefined,
    };
  const running = machines.filter(({ state }) => state === "Execute").length;
  return {
    sentence:
      running === machines.length
        ? "The whole line runs; nothing is out of its range."
        : `${running} of ${machines.length} machines run; nothing is out of its range.`,
  };
}

const allOf = (some: readonly unknown[], all: readonly unknown[]): boolean =>
  some.length > 0 && some.length === all.length;

function urgency({ acknowledged, priority, raisedMs }: AlarmPresent): number {
  return (acknowledged ? 10 : 0) + RANK[priority] + (1 - raisedMs / 1e14);
}
