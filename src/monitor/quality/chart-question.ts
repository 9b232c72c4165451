import type { Plant } from "../../plant/plant.ts";
import type { ViewReading } from "../../views/view-table.ts";
import {
  type AutoregressiveModel,
  autocorrelation,
  fitAutoregressive,
  MAX_CORRELATION,
  residuals,
  subsampled,
  type Treatment,
} from "./autocorrelation.ts";
import { type ChartKind, type ChartSample, type FrozenLimits, freezeLimits } from "./chart-limits.ts";
import { type ChartPoint, chartPoints } from "./control-chart.ts";
import { type CharacteristicPlan, planOf } from "./quality-plan.ts";
import { RULE_SETS, type RuleSet } from "./runs-rules.ts";
import { chartSamples, newestSample, type SampleQuestion, samplesOf } from "./samples.ts";

/** A chart as it is asked for; what isn't said is decided by the plan. */
export interface ChartQuestion extends SampleQuestion {
  readonly chart?: ChartKind | undefined;
  readonly rules?: RuleSet | undefined;
  readonly treatment?: Treatment | undefined;
}

/** Why a characteristic has no chart. */
export type NoChart = "not_charted" | "no_samples" | "no_numbers" | "too_few" | "too_coarse";

/** A control chart over a span of time. */
export interface ControlChart {
  readonly machine: string;
  readonly characteristic: string;
  readonly product: string | null;
  readonly unit: string | null;
  readonly kind: ChartKind;
  readonly rules: RuleSet;
  readonly plan: CharacteristicPlan;
  /** What was done about values that hang together, and by how much they do, from one to the next. */
  readonly treatment: Treatment;
  readonly correlation: number;
  readonly model: AutoregressiveModel | null;
  /** Null when there are none, and why. */
  readonly limits: FrozenLimits | null;
  /** Whether the limits stand: false while fewer samples have come than limits can be made from. */
  readonly frozen: boolean;
  readonly why: NoChart | null;
  /** Samples with numbers of the span, charted or not; at most one in the plan's interval. */
  readonly samples: number;
  readonly points: readonly ChartPoint[];
}

/** Points before the span that rules look back over. */
const LOOK_BACK = 15;
/** Limits need so many samples at the least; with fewer, nothing is said. */
const FEWEST = 8;
/** Limits stand from so many samples on (ISO 7870-2, AIAG SPC); with fewer they are for trial. */
const FEWEST_FROZEN = 25;
/** An instrument that shows fewer different values than this measures too coarsely to chart (AIAG MSA). */
const FEWEST_VALUES = 5;

/** Draws up the chart of a characteristic. Undefined when it was never examined. */
export function controlChart(
  reading: ViewReading,
  plant: Plant | undefined,
  question: ChartQuestion,
): ControlChart | undefined {
  const { machine, characteristic } = question;
  const newest = newestSample(reading, { ...question, fromMs: undefined, batchId: undefined });
  if (newest === undefined) return undefined;
  const plan = planOf(plant, machine, characteristic, newest);
  const kind = question.chart ?? plan.chart ?? "imr";
  const product = newest.product ?? undefined;
  const chart = {
    machine,
    characteristic,
    product: product ?? null,
    unit: newest.unit,
    kind,
    rules: question.rules ?? plan.rules,
    plan,
  };
  const first = firstSamples(reading, { machine, characteristic, product }, plan);
  const asked = askedFor(reading, { ...question, product }, plan);
  const samples = asked.samples.filter(({ atMs }) => atMs >= asked.fromMs).length;
  const values = first.map(({ mean }) => mean);
  const correlation = values.length < FEWEST ? 0 : autocorrelation(values, 1);
  const treatment = question.treatment ?? plan.treatment ?? usualTreatment(correlation, values.length);
  const none = (why: NoChart): ControlChart => {
    return {
      ...chart,
      ...{ treatment, correlation, samples, why },
      model: null,
      limits: null,
      frozen: false,
      points: [],
    };
  };
  if (question.chart === undefined && plan.chart === null) return none("not_charted");
  if (asked.samples.length === 0 && first.length === 0)
    return none(newest.n === 0 ? "no_numbers" : "no_samples");
  if (first.length < FEWEST) return none("too_few");
  if (new Set(values).size < FEWEST_VALUES) return none("too_coarse");
  const model = treatment === "residuals" ? fitAutoregressive(first) : null;
  const every = treatment === "subsample" ? (subsampled(first)?.every ?? 1) : 1;
  const treat = (samples: readonly ChartSample[]): readonly ChartSample[] => {
    if (model !== null) return residuals(samples, model);
    return every === 1 ? samples : samples.filter((_, index) => index % every === 0);
  };
  // Residuals are single values, whatever they come from.
  const limitsKind = model === null ? kind : "imr";
  const limits = freezeLimits(treat(first), limitsKind);
  if (limits === undefined) return none("too_coarse");
  const drawn = model !== null && (kind === "xbar_r" || kind === "xbar_s") ? "imr" : kind;
  const points = chartPoints(treat(asked.samples), limits, drawn, RULE_SETS[chart.rules]);
  return {
    ...chart,
    kind: drawn,
    treatment,
    correlation,
    model,
    limits,
    frozen: first.length >= Math.min(FEWEST_FROZEN, plan.limitsSamples),
    why: null,
    samples,
    points: points.filter(({ atMs }) => atMs >= asked.fromMs),
  };
}

/** The samples that make the limits: the first ones kept, or since the plan says. */
function firstSamples(
  reading: ViewReading,
  question: SampleQuestion,
  { limitsFromMs, limitsSamples, everyMs }: CharacteristicPlan,
): ChartSample[] {
  const rows = samplesOf(reading, { ...question, fromMs: limitsFromMs });
  const first: ChartSample[] = [];
  for (const sample of chartSamples(rows, everyMs)) {
    first.push(sample);
    if (first.length >= limitsSamples) break;
  }
  // Until there are as many as the plan wants, limits stand on the first 25: what comes meanwhile must not move what
  // it is judged by, or a slow fault becomes the norm.
  return first.length >= limitsSamples ? first : first.slice(0, Math.min(FEWEST_FROZEN, limitsSamples));
}

/** The samples of the span, and those before it that rules look back over. */
function askedFor(
  reading: ViewReading,
  question: SampleQuestion,
  { everyMs }: CharacteristicPlan,
): { readonly samples: readonly ChartSample[]; readonly fromMs: number } {
  const fromMs = question.fromMs ?? Number.NEGATIVE_INFINITY;
  const before: ChartSample[] = [];
  if (Number.isFinite(fromMs)) {
    const rows = samplesOf(reading, { ...question, fromMs: undefined, toMs: fromMs }, "desc");
    let lastMs = Number.POSITIVE_INFINITY;
    for (const { at_ms, n, mean, m2, min, max } of rows) {
      if (mean === null || m2 === null || min === null || max === null) continue;
      const sample = { atMs: at_ms, n, mean, range: max - min, m2 };
      // Backwards, the first sample of a step is the one that is seen last.
      if (Math.floor(at_ms / everyMs) === Math.floor(lastMs / everyMs)) before[before.length - 1] = sample;
      else if (before.length >= LOOK_BACK) break;
      else before.push(sample);
      lastMs = at_ms;
    }
  }
  const within = [...chartSamples(samplesOf(reading, question), everyMs)];
  const [newest, first] = [before[0], within[0]];
  // The step in which the span begins may have had its sample before.
  const doubled =
    newest !== undefined &&
    first !== undefined &&
    Math.floor(newest.atMs / everyMs) === Math.floor(first.atMs / everyMs);
  return { samples: [...before.reverse(), ...(doubled ? within.slice(1) : within)], fromMs };
}

/** Values that pull each other along; that they alternate (a machine adjusted too eagerly) is for the rules to say. */
function usualTreatment(correlation: number, n: number): Treatment {
  // Of independent values one correlation in 700 is above 3 / sqrt(n).
  return correlation > Math.max(MAX_CORRELATION, 3 / Math.sqrt(Math.max(1, n))) ? "residuals" : "none";
}
