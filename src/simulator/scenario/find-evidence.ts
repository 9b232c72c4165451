import { machineKeyOf } from "../../contract/topic.ts";
import type { EvidenceKind, EvidenceOf } from "../../plant/scenario/evidence.ts";
import { type SimulatedMessage, sentAt } from "../simulated-message.ts";
import type { ExpectedFinding, GroundTruth, ResolvedEvidence } from "./ground-truth.ts";
import { fieldOf, meets, numberOf } from "./message-field.ts";
import { rateOf } from "./rates.ts";

/** What is looked at for one piece of evidence: the messages of its machine (or the line) within its time. */
interface View {
  readonly messages: readonly SimulatedMessage[];
  readonly truth: GroundTruth;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A finding of the ground truth, and what of it isn't in the messages. */
export interface FindingCheck {
  readonly finding: ExpectedFinding;
  /** Empty: it is there. */
  readonly missing: readonly string[];
}

const MINUTE_MS = 60_000;

/** Looks in messages (in the order of sending) for everything that the ground truth says is to be found. */
export function checkTruth(truth: GroundTruth, messages: readonly SimulatedMessage[]): FindingCheck[] {
  const byMachine = Map.groupBy(messages, ({ machine }) => machineKeyOf(machine));
  return truth.findings.map((finding) => {
    const { fromMs, untilMs } = finding;
    const view = (machine: string | undefined): View => {
      const all = machine === undefined ? messages : (byMachine.get(machine as never) ?? []);
      const within = all.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs);
      return { messages: within, truth, fromMs, untilMs };
    };
    const alarms = finding.alarms.filter((code) => !isRaised(code, view(finding.machine).messages));
    const evidence = finding.evidence.filter((piece) => !isThere(piece, view(piece.machineKey)));
    return {
      finding,
      missing: [...alarms.map((code) => `alarm ${code}`), ...evidence.map((piece) => JSON.stringify(piece))],
    };
  });
}

function isRaised(code: string, messages: readonly SimulatedMessage[]): boolean {
  return messages.some(
    ({ type, payload }) =>
      type === "alarm" &&
      payload.code === code &&
      (payload.event === undefined || payload.event === "raised"),
  );
}

type Finders = { readonly [Kind in EvidenceKind]: (evidence: EvidenceOf<Kind>, view: View) => boolean };

const FINDERS: Finders = {
  messages: ({ type, where = {}, at_least = 1 }, { messages }) => {
    const conditions = Object.entries(where);
    const fits = (message: SimulatedMessage) =>
      message.type === type &&
      conditions.every(([path, condition]) => meets(fieldOf(message.payload, path), condition));
    return messages.filter(fits).length >= at_least;
  },
  results: ({ characteristic, nozzle, at_least = 1, ...condition }, { messages }) =>
    resultsOf(messages).filter(
      (result) =>
        result.characteristic === characteristic &&
        (nozzle === undefined || result.nozzle === nozzle) &&
        meets(result.value, condition),
    ).length >= at_least,
  unchanged: ({ tag, minutes }, { messages }) => longestUnchangedMs(messages, tag) >= minutes * MINUTE_MS,
  spread: ({ tag, above }, { messages }) => {
    const values = valuesOf(messages, tag);
    // Of differences from one value to the next: slow movement is no noise. Two values differ by sqrt(2) sigma.
    const squares = values.slice(1).map((value, index) => (value - (values[index] ?? value)) ** 2);
    return Math.sqrt(mean(squares) / 2) > above;
  },
  shift: ({ tag, above, below }, { messages }) => {
    const values = valuesOf(messages, tag);
    const part = Math.max(1, Math.floor(values.length / 10));
    return meets(mean(values.slice(-part)) - mean(values.slice(0, part)), {
      ...(above === undefined ? {} : { above }),
      ...(below === undefined ? {} : { below }),
    });
  },
  silence: ({ minutes }, { messages, fromMs, untilMs }) => {
    let last = fromMs;
    let longest = 0;
    for (const message of messages) {
      longest = Math.max(longest, sentAt(message) - last);
      last = sentAt(message);
    }
    return Math.max(longest, untilMs - last) >= minutes * MINUTE_MS;
  },
  late: ({ seconds, at_least = 1 }, { messages }) =>
    messages.filter((message) => sentAt(message) - message.atMs >= seconds * 1000).length >= at_least,
  skew: ({ seconds, at_least = 1 }, { messages }) => {
    const beyond = ({ payload, atMs }: SimulatedMessage) => {
      const offS = (Date.parse(String(payload.ts)) - atMs) / 1000;
      return seconds < 0 ? offS <= seconds : offS >= seconds;
    };
    return messages.filter(beyond).length >= at_least;
  },
  gap: ({ at_least = 1 }, { messages }) =>
    messages.reduce((sum, { lostBefore = 0 }) => sum + lostBefore, 0) >= at_least,
  flood: ({ alarms, minutes }, { messages }) => {
    const raised = messages.filter(({ type, payload }) => type === "alarm" && payload.event !== "cleared");
    return raised.some(
      ({ atMs }, index) =>
        (raised[index + alarms - 1]?.atMs ?? Number.POSITIVE_INFINITY) - atMs <= minutes * MINUTE_MS,
    );
  },
  affected: ({ lots, units, shipments }, { truth }) =>
    truth.affected.some(
      (affected) =>
        affected.lots.length >= lots &&
        affected.units.length >= units &&
        affected.shipments.length >= shipments,
    ),
  rate: ({ of, from, to }, { messages, fromMs, untilMs }) => {
    const rate = rateOf(of, messages, untilMs - fromMs);
    return rate >= from && rate <= to;
  },
};

function isThere(evidence: ResolvedEvidence, view: View): boolean {
  // Safe: the finder is taken by the kind of the evidence.
  const find = FINDERS[evidence.evidence] as (evidence: ResolvedEvidence, view: View) => boolean;
  return find(evidence, view);
}

interface FoundResult {
  readonly characteristic?: unknown;
  readonly nozzle?: unknown;
  readonly value?: unknown;
}

function resultsOf(messages: readonly SimulatedMessage[]): FoundResult[] {
  return messages.flatMap(({ type, payload }) =>
    type === "quality" && Array.isArray(payload.results) ? (payload.results as FoundResult[]) : [],
  );
}

function valuesOf(messages: readonly SimulatedMessage[], tag: string): number[] {
  return messages.flatMap(({ type, payload }) =>
    type === "telemetry" ? (numberOf(payload, tag) ?? []) : [],
  );
}

function longestUnchangedMs(messages: readonly SimulatedMessage[], tag: string): number {
  let value: number | undefined;
  let sinceMs = 0;
  let longest = 0;
  for (const { type, payload, atMs } of messages) {
    if (type !== "telemetry") continue;
    const shown = numberOf(payload, tag);
    if (shown !== value) {
      value = shown;
      sinceMs = atMs;
    }
    if (shown !== undefined) longest = Math.max(longest, atMs - sinceMs);
  }
  return longest;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}
