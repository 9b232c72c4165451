import type { TagLimits } from "../../plant/schema/tag.ts";
import { type TagWords, tagWords } from "../../plant/tag-words.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { currentValues } from "../tags/current-values.ts";
import { PRODUCT_TAG } from "../tags/tag-values.ts";
import type { ConditionFinding } from "./condition-finding.ts";
import { findDrift } from "./drift.ts";
import { findNoValue, findOutOfRange } from "./limits-crossed.ts";
import { findNoisy } from "./noisy.ts";
import { besideProductLevel } from "./product-level.ts";
import { findStuck, movingTags } from "./stuck.ts";
import { hasNumbers, minutesOf, type NumberMinute } from "./tag-minutes.ts";
import { wearFinding } from "./wear.ts";
import { isUsageTag, wearPoints } from "./wear-points.ts";

/** What is asked of a machine's condition. */
export interface ConditionRequest {
  /** `<site>/<line>/<step>/<machine>` */
  readonly machine: string;
  /** The time that is looked at, milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The time before it that it is compared with, milliseconds. */
  readonly compareMs?: number | undefined;
  /** A tag's limits while a product is made, as the plant model has them; none without. */
  readonly limitsFor?: ((tag: string, product: string | undefined) => TagLimits) | undefined;
  /** A tag's label and unit, for the sentences; made from its name without. */
  readonly wordsOf?: ((tag: string) => TagWords) | undefined;
  /** Whether the machine ran; always where nobody knows. Limits hold, values are there and sensors move while it runs. */
  readonly runsAt?: ((atMs: number) => boolean) | undefined;
}

/** A machine's condition: what is wrong, and what was looked at to say so. */
export interface MachineCondition {
  /** Surest first. */
  readonly findings: readonly ConditionFinding[];
  readonly tags: number;
  /** Minutes with values in the time that is looked at, of all of its minutes, 0 to 1: nothing found may be nothing seen. */
  readonly coverage: number;
  /** The same of the time of comparison. */
  readonly compared: number;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A day of the line as it is: with its changeovers, heating up and standing still. */
export const COMPARE_MS = 2 * DAY_MS;

/** Looks at every tag of a machine. */
export function machineCondition(reading: ViewReading, request: ConditionRequest): MachineCondition {
  const {
    machine,
    fromMs,
    toMs,
    compareMs = COMPARE_MS,
    limitsFor = () => ({}),
    wordsOf = (tag) => tagWords(tag, undefined),
    runsAt = () => true,
  } = request;
  const tags = (currentValues(reading, machine)?.values ?? []).map(({ tag }) => tag);
  const sinceMs = fromMs - compareMs;
  const all = new Map(tags.map((tag) => [tag, minutesOf(reading, machine, tag, sinceMs, toMs)]));
  const numbers = new Map<string, readonly NumberMinute[]>();
  const inRun = new Map<string, readonly NumberMinute[]>();
  for (const [tag, minutes] of all) {
    const withNumbers = minutes.filter(hasNumbers);
    if (withNumbers.length === 0) continue;
    numbers.set(tag, withNumbers);
    inRun.set(
      tag,
      withNumbers.filter(({ atMs }) => runsAt(atMs)),
    );
  }
  const productAt = productsOf(reading, machine, sinceMs, toMs);
  const findings: ConditionFinding[] = [];
  for (const [tag, minutes] of all)
    findings.push(
      ...findNoValue(
        { machine, tag, wordsOf },
        minutes.filter(({ atMs }) => runsAt(atMs)),
        fromMs,
      ),
    );
  const siblings = movingTags(inRun);
  for (const [tag, minutes] of numbers) {
    const of = { machine, tag, wordsOf };
    const running = inRun.get(tag) ?? [];
    const limitsAt = (atMs: number) => limitsFor(tag, productAt(atMs));
    findings.push(
      ...findStuck(of, running, siblings, fromMs),
      ...findNoisy(of, minutes, fromMs),
      ...findOutOfRange(of, running, limitsAt, fromMs),
      ...findDrift(of, besideProductLevel(minutes, productAt, fromMs), fromMs),
    );
  }
  findings.push(...wearOfMachine(reading, { ...request, wordsOf }, [...numbers.keys()]));
  const seen = new Set<number>();
  for (const minutes of all.values()) for (const { atMs } of minutes) seen.add(atMs);
  const share = (from: number, to: number) => {
    const within = [...seen].filter((atMs) => atMs >= from && atMs < to).length;
    return Math.min(1, within / Math.max(1, (to - from) / MINUTE_MS));
  };
  return {
    findings: findings.sort((a, b) => b.sure - a.sure || a.fromMs - b.fromMs),
    tags: tags.length,
    coverage: share(fromMs, toMs),
    compared: share(sinceMs, fromMs),
  };
}

/** Wear needs weeks, not hours: everything that is kept by the hour. */
function wearOfMachine(
  reading: ViewReading,
  { machine, toMs, limitsFor, wordsOf }: ConditionRequest & { readonly wordsOf: (tag: string) => TagWords },
  tags: readonly string[],
): ConditionFinding[] {
  const usages = tags.filter(isUsageTag);
  if (limitsFor === undefined) return [];
  return usages.flatMap((usage) =>
    tags.flatMap((tag) => {
      const limit = limitsFor(tag, undefined).alarm_high;
      if (limit === undefined || tag === usage) return [];
      return (
        wearFinding(
          { machine, tag, wordsOf },
          usage,
          wearPoints(reading, machine, tag, usage, toMs),
          limit,
        ) ?? []
      );
    }),
  );
}

/** The product that a machine named at a time. */
function productsOf(
  reading: ViewReading,
  machine: string,
  fromMs: number,
  toMs: number,
): (atMs: number) => string | undefined {
  const products = new Map<number, string>();
  for (const { atMs, words } of minutesOf(reading, machine, PRODUCT_TAG, fromMs, toMs)) {
    const word = words[0]?.word;
    if (typeof word === "string") products.set(atMs, word);
  }
  return (atMs) => products.get(atMs);
}
