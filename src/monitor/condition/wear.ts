import { median, type Point, type RobustLine, robustLine } from "../robust.ts";
import type { ConditionFinding, LookedAtTag } from "./condition-finding.ts";
import { theTag, withUnit } from "./finding-words.ts";

/** What a part has done and how it does: usage (roll-hours), and the value that wear moves, while one product runs. */
export interface WearPoint {
  readonly atMs: number;
  readonly usage: number;
  readonly value: number;
  /** What else moves the value by a level of its own: the product. */
  readonly group: string;
}

/** When a worn part reaches its limit. */
export interface Wear {
  /** The value's change per unit of usage, with its 95 % interval. */
  readonly line: RobustLine;
  /** The value expected now, of the group that is nearest to the limit. */
  readonly valueNow: number;
  readonly group: string;
  readonly limit: number;
  readonly usageNow: number;
  /** The usage at which the limit is reached: the expected one, the earliest and the latest; null: not in sight. */
  readonly usageAtLimit: number;
  readonly usageAtLimitEarly: number;
  readonly usageAtLimitLate: number | null;
  /** The same as points in time, at the rate of usage of the points, milliseconds since 1970. */
  readonly atMs: number;
  readonly earlyMs: number;
  readonly lateMs: number | null;
}

/** Points, at least. */
const MIN_POINTS = 12;
/** Usage falls when the part was renewed: by so much of what it was. */
const RENEWED = 0.5;

/**
 * Extrapolates wear to a limit; undefined where the points don't show any (the interval of its slope includes none), or
 * are too few. Only what came after the last renewal counts.
 */
export function wearOf(all: readonly WearPoint[], limit: number): Wear | undefined {
  const points = sinceRenewal(all);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < MIN_POINTS) return undefined;
  const groups = Map.groupBy(points, ({ group }) => group);
  const line = robustLine(
    [...groups.values()].map((group) => group.map(({ usage, value }): Point => [usage, value])),
  );
  const usageNow = last.usage;
  const levels = [...groups].map(([group, members]) => ({
    group,
    value: median(members.map(({ usage, value }) => value + line.slope * (usageNow - usage))),
  }));
  const up = levels.every(({ value }) => value < limit);
  const steepest = up ? line.high : line.low;
  const flattest = up ? line.low : line.high;
  // Towards the limit, and for certain.
  if (up ? flattest <= 0 : flattest >= 0) return undefined;
  const nearest = levels.reduce((a, b) => (Math.abs(limit - b.value) < Math.abs(limit - a.value) ? b : a));
  const left = limit - nearest.value;
  const usagePerMs = (usageNow - first.usage) / (last.atMs - first.atMs);
  if (!(usagePerMs > 0)) return undefined;
  const when = (slope: number) => last.atMs + left / slope / usagePerMs;
  return {
    line,
    ...{ valueNow: nearest.value, group: nearest.group, limit, usageNow },
    usageAtLimit: usageNow + left / line.slope,
    usageAtLimitEarly: usageNow + left / steepest,
    usageAtLimitLate: flattest === 0 ? null : usageNow + left / flattest,
    atMs: when(line.slope),
    earlyMs: when(steepest),
    lateMs: flattest === 0 ? null : when(flattest),
  };
}

/** Wear as a finding. */
export function wearFinding(
  { machine, tag, wordsOf }: LookedAtTag,
  usageTag: string,
  points: readonly WearPoint[],
  limit: number,
): ConditionFinding | undefined {
  const wear = wearOf(points, limit);
  const [first, last] = [points[0], points.at(-1)];
  if (wear === undefined || first === undefined || last === undefined) return undefined;
  const { line } = wear;
  const [own, usage] = [wordsOf(tag), wordsOf(usageTag)];
  const day = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString().slice(0, 10));
  return {
    kind: "wear",
    ...{ machine, tag, fromMs: first.atMs, toMs: last.atMs },
    // How narrow the interval of the slope is beside the slope.
    sure: Math.max(0.5, 1 - (line.high - line.low) / Math.abs(line.slope) / 4),
    evidence: {
      per_1000: line.slope * 1000,
      per_1000_low: line.low * 1000,
      per_1000_high: line.high * 1000,
      usage: usageTag,
      usage_now: wear.usageNow,
      value_now: wear.valueNow,
      of_product: wear.group,
      limit,
      usage_at_limit: wear.usageAtLimit,
      usage_at_limit_early: wear.usageAtLimitEarly,
      usage_at_limit_late: wear.usageAtLimitLate,
      reached_on: day(wear.atMs),
      reached_early: day(wear.earlyMs),
      reached_late: day(wear.lateMs),
      points: line.n,
    },
    says: `${line.slope > 0 ? "rises" : "falls"} by ${withUnit(Math.abs(line.slope * 1000), own.unit)} in ${withUnit(1000, usage.unit)}; reaches its alarm limit of ${withUnit(limit, own.unit)} about ${day(wear.atMs)}, when ${theTag(usage)} is ${withUnit(wear.usageAtLimit, usage.unit)}`,
  };
}

function sinceRenewal(points: readonly WearPoint[]): readonly WearPoint[] {
  const renewed = points.findLastIndex(({ usage }, index) => {
    const before = points[index - 1];
    return before !== undefined && usage < RENEWED * before.usage;
  });
  return points.slice(Math.max(0, renewed));
}
