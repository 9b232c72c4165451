import { Type } from "typebox";
import { spreadLimits } from "../../monitor/quality/chart-limits.ts";
import { type ControlChart, controlChart } from "../../monitor/quality/chart-question.ts";
import { signalEpisodes } from "../../monitor/quality/control-chart.ts";
import { placesOf } from "../../monitor/quality/quality-questions.ts";
import type { SampleRow } from "../../monitor/quality/quality-tables.ts";
import { QUALITY_VIEW } from "../../monitor/quality/quality-view.ts";
import { FALSE_ALARMS, RULE_SETS, RULES } from "../../monitor/quality/runs-rules.ts";
import {
  characteristics,
  newestSample,
  numbersOf,
  resultsOf,
  type SampleQuestion,
  samplesOf,
  whyNoSamples,
  withoutDust,
} from "../../monitor/quality/samples.ts";
import { CHART_KINDS, RULE_SET_NAMES, TREATMENTS } from "../../plant/schema/quality.ts";
import { isoTime } from "../../time/iso-time.ts";
import type { ApiContext } from "../context.ts";
import { requireBatch } from "../known-levels.ts";
import { keyOf, NEXT, PAGE, page } from "../paging.ts";
import { PERIOD, periodOf, Time } from "../period.ts";
import { notFound } from "../problem.ts";
import { closed, type Route, route } from "../route.ts";
import { ADDRESS, keyOfAddress, orNull } from "../schemas.ts";

const HOUR_MS = 3_600_000;
/** No question about samples looks at more at once. */
export const LONGEST_QUALITY_MS = 400 * 24 * HOUR_MS;
const Text = Type.String();
const Num = Type.Number();
const number = (description: string) => Type.Number({ description });

/** The path of everything about one characteristic. */
export const CHARACTERISTIC_PATH = "/api/quality/{site}/{line}/{step}/{machine}/{characteristic}";
/** The parameters of {@link CHARACTERISTIC_PATH}. */
export const CHARACTERISTIC = closed({
  ...ADDRESS,
  characteristic: Type.String({ minLength: 1, maxLength: 80, description: "As weight_g" }),
});
/** What every question about samples may be narrowed to: a period, a product, a batch. */
export const ABOUT = {
  ...PERIOD,
  product: Type.Optional(
    Type.String({ minLength: 1, maxLength: 63, description: "By default that of the newest sample" }),
  ),
  batch: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
};

/**
 * Which samples a request asks about.
 * @throws ConcheError CONCHE_REQUEST_INVALID; CONCHE_NOT_FOUND for a batch that no message names
 */
export function questionOf(
  params: { site: string; line: string; step: string; machine: string; characteristic: string },
  query: { from?: string; to?: string; product?: string; batch?: string },
  { nowMs, log }: Pick<ApiContext, "nowMs" | "log">,
  byDefaultMs: number,
) {
  const { from, to, product, batch } = query;
  if (batch !== undefined) requireBatch(batch, log());
  const span = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return {
    ...periodOf(span, nowMs, byDefaultMs, LONGEST_QUALITY_MS),
    ...{ machine: keyOfAddress(params), characteristic: params.characteristic, product, batchId: batch },
  };
}

/** @throws ConcheError CONCHE_NOT_FOUND where the characteristic was never examined, or not of the product */
export function known<Found>(
  found: Found | undefined,
  { plant, views }: ApiContext,
  question: SampleQuestion,
): Found {
  if (found !== undefined) return found;
  const products = plant.document.products.map(({ id }) => id).join(", ");
  throw notFound(
    whyNoSamples(views.reading(QUALITY_VIEW), plant, question),
    `GET /api/quality lists what is examined where${question.product === undefined ? "" : `; the plant's products are ${products}`}`,
  );
}

/**
 * Nothing found must not be a name that was mistyped.
 * @throws ConcheError CONCHE_NOT_FOUND where the characteristic was never examined, or there is no such product
 */
export function requireExamined(question: SampleQuestion, context: ApiContext): void {
  const { product, machine, characteristic } = question;
  const isProduct = product === undefined || context.plant.document.products.some(({ id }) => id === product);
  const asked = isProduct ? { machine, characteristic } : { machine, characteristic, product };
  known(newestSample(context.views.reading(QUALITY_VIEW), asked), context, isProduct ? asked : question);
}

const list = route({
  method: "GET",
  path: "/api/quality",
  name: "characteristics",
  area: "Quality",
  summary: "What is examined where, with the newest result",
  answer: closed({
    characteristics: Type.Array(
      closed({
        ...{ machine: Text, characteristic: Text, unit: orNull(Text), first_at: Time, last_at: Time },
        newest: orNull(number("Mean of the newest sample; null where it is a word")),
        product: orNull(Text),
        passed: orNull(Type.Integer({ description: "Results of the newest sample within specification" })),
        failed: orNull(Type.Integer()),
      }),
    ),
  }),
  list: "characteristics",
  views: [QUALITY_VIEW],
  changesWith: ["views"],
  handle(_request, context) {
    const found = characteristics(context.views.reading(QUALITY_VIEW));
    return {
      characteristics: found.map(({ machine, characteristic, unit, firstMs, lastMs, newest }) => ({
        ...{ machine, characteristic, unit, first_at: isoTime(firstMs), last_at: isoTime(lastMs) },
        ...{ newest: withoutDust(newest?.mean ?? null), product: newest?.product ?? null },
        ...{ passed: newest?.passed ?? null, failed: newest?.failed ?? null },
      })),
    };
  },
});

const Result = closed({
  value: orNull(Type.Union([Num, Text, Type.Boolean()])),
  nozzle: orNull(Type.Integer()),
  lane: orNull(Type.Integer()),
  piece: orNull(Type.Integer()),
  pass: orNull(Type.Boolean()),
});

const Sample = closed({
  ...{
    at: Time,
    sample_id: orNull(Text),
    product: orNull(Text),
    batch_id: orNull(Text),
    lot_id: orNull(Text),
  },
  ...{ n: Type.Integer(), mean: orNull(Num), min: orNull(Num), max: orNull(Num), unit: orNull(Text) },
  ...{ lower: orNull(Num), upper: orNull(Num), target: orNull(Num) },
  ...{ passed: Type.Integer(), failed: Type.Integer(), doubtful: Type.Integer() },
  numbers: Type.Array(Num, { description: "The single readings, or the results" }),
  results: Type.Array(Result),
  curves: orNull(Type.Array(Type.Unknown(), { description: "The raw curves as the laboratory sent them" })),
  message_id: Type.Integer(),
});

const samples = route({
  method: "GET",
  path: `${CHARACTERISTIC_PATH}/samples`,
  name: "samples",
  area: "Quality",
  summary: "The samples of a characteristic with every result, newest first",
  params: CHARACTERISTIC,
  query: closed({ ...ABOUT, ...PAGE }),
  answer: closed({ samples: Type.Array(Sample), next: NEXT }),
  list: "samples",
  views: [QUALITY_VIEW],
  changesWith: ["now", "views"],
  handle({ params, query }, context) {
    const { limit = 100, cursor, ...about } = query;
    const question = questionOf(params, about, context, LONGEST_QUALITY_MS);
    const reading = context.views.reading(QUALITY_VIEW);
    requireExamined(question, context);
    const rows = samplesOf(reading, question, "desc", keyOf(cursor, 4));
    const taken = page(rows, limit, (row) => [row.machine, row.characteristic, row.at_ms, row.tie]);
    return { samples: taken.rows.map(shownSample), next: taken.next };
  },
});

function shownSample(row: SampleRow) {
  const { n, mean, min, max, unit, lower, upper, target, passed, failed, doubtful } = row;
  return {
    ...{ at: isoTime(row.at_ms), sample_id: row.sample_id, product: row.product, batch_id: row.batch_id },
    ...{
      lot_id: row.lot_id,
      n,
      mean: withoutDust(mean),
      min,
      max,
      unit,
      lower,
      upper,
      target,
      passed,
      failed,
      doubtful,
    },
    numbers: numbersOf(row),
    results: resultsOf(row).map(({ value, nozzle, lane, piece, pass }) => ({
      ...{ value, nozzle: nozzle ?? null, lane: lane ?? null, piece: piece ?? null, pass: pass ?? null },
    })),
    curves: row.curves === null ? null : (JSON.parse(row.curves) as unknown[]),
    message_id: row.message_id,
  };
}

const Limits = closed({
  ...{ samples: Type.Integer(), left_out: Type.Integer(), subgroup: Type.Integer(), from: Time, to: Time },
  center: Num,
  sigma: number("Within samples; from one to the next for individual values"),
  spread: Type.Enum(["range", "deviation", "moving_range"]),
  spread_center: Num,
  spread_lower: Num,
  spread_upper: Num,
  frozen: Type.Boolean({
    description: "Whether they stand; for trial while there are fewer than 25 samples",
  }),
});

const chart = route({
  method: "GET",
  path: `${CHARACTERISTIC_PATH}/chart`,
  name: "controlChart",
  area: "Quality",
  summary: "The control chart of a characteristic, judged by limits that were frozen before",
  description:
    "Kind of chart, rules and treatment come from the plant file (quality.characteristics) unless asked for. The last 8 h unless a period is given.",
  params: CHARACTERISTIC,
  query: closed({
    ...ABOUT,
    chart: Type.Optional(Type.Enum([...CHART_KINDS])),
    rules: Type.Optional(Type.Enum([...RULE_SET_NAMES])),
    treatment: Type.Optional(Type.Enum([...TREATMENTS], { description: "Of values that hang together" })),
  }),
  answer: closed({
    ...{ machine: Text, characteristic: Text, product: orNull(Text), unit: orNull(Text) },
    ...{ chart: Type.Enum([...CHART_KINDS]), rules: Type.Enum([...RULE_SET_NAMES]) },
    rule_texts: Type.Array(closed({ rule: Text, text: Text })),
    ...{ lower: orNull(number("Specification")), upper: orNull(number("Specification")) },
    treatment: Type.Enum([...TREATMENTS]),
    correlation: number("Of values with the one before"),
    limits: orNull(Limits),
    samples: Type.Integer({ description: "With numbers in the period, charted or not" }),
    why_none: orNull(Type.Enum(["not_charted", "no_samples", "no_numbers", "too_few", "too_coarse"])),
    signals: Type.Integer({ description: "Points in a row that break the same rule count once" }),
    by_chance: number("So many a process in control would have given"),
    points: Type.Array(
      closed({
        ...{ at: Time, n: Type.Integer(), value: Num, lower: Num, upper: Num, spread: orNull(Num) },
        signals: Type.Array(Text),
      }),
    ),
  }),
  list: "points",
  views: [QUALITY_VIEW],
  changesWith: ["now", "views"],
  handle({ params, query }, context) {
    const { chart: kind, rules, treatment, ...about } = query;
    const question = questionOf(params, about, context, 8 * HOUR_MS);
    const reading = context.views.reading(QUALITY_VIEW);
    const found = controlChart(reading, context.plant, { ...question, chart: kind, rules, treatment });
    return shownChart(known(found, context, question));
  },
});

function shownChart(found: ControlChart) {
  const { machine, characteristic, product, unit, kind, rules, plan, treatment, correlation, limits } = found;
  return {
    ...{ machine, characteristic, product, unit, chart: kind, rules, treatment, correlation },
    rule_texts: RULE_SETS[rules].map((rule) => ({ rule, text: RULES[rule] })),
    ...{ lower: plan.specification.lower, upper: plan.specification.upper },
    limits: limits === null ? null : shownLimits(limits, found.frozen),
    samples: found.samples,
    why_none: found.why,
    signals: signalEpisodes(found.points),
    by_chance: found.points.length * FALSE_ALARMS[rules],
    points: found.points.map(({ atMs, n, value, lower, upper, spread, signals }) => ({
      ...{ at: isoTime(atMs), n, value: withoutDust(value), lower, upper, spread, signals: [...signals] },
    })),
  };
}

function shownLimits(limits: NonNullable<ControlChart["limits"]>, frozen: boolean) {
  const spread = spreadLimits(limits);
  return {
    ...{ samples: limits.samples, left_out: limits.leftOut, subgroup: limits.subgroup },
    ...{ from: isoTime(limits.fromMs), to: isoTime(limits.toMs), center: limits.center, sigma: limits.sigma },
    ...{ spread: limits.spread, spread_center: limits.spreadCenter },
    ...{ spread_lower: spread.lower, spread_upper: spread.upper, frozen },
  };
}

const places = route({
  method: "GET",
  path: `${CHARACTERISTIC_PATH}/places`,
  name: "qualityPlaces",
  area: "Quality",
  summary: "Nozzles or lanes side by side: which one is apart, which one drifts, and how sure that is",
  description:
    "Each against the others of the same sample, so that what all share falls out. The last 8 h unless a period is given.",
  params: CHARACTERISTIC,
  query: closed({ ...ABOUT, by: Type.Optional(Type.Enum(["nozzle", "lane"])) }),
  answer: closed({
    ...{ by: Type.Enum(["nozzle", "lane"]), samples: Type.Integer(), unit: orNull(Text) },
    places: Type.Array(
      closed({
        ...{ place: Type.Integer(), n: Type.Integer() },
        offset: number("Mean distance from the others"),
        offset_half: orNull(number("Half of its interval at 95 %")),
        drift_per_hour: orNull(Num),
        drift_half: orNull(Num),
        confidence: number("That it drifts, 0 to 1"),
        drifts: Type.Boolean(),
        drifts_since: orNull(Time),
      }),
    ),
  }),
  list: "places",
  views: [QUALITY_VIEW],
  changesWith: ["now", "views"],
  handle({ params, query }, context) {
    const { by = "nozzle", ...about } = query;
    const question = questionOf(params, about, context, 8 * HOUR_MS);
    const found = placesOf(context.views.reading(QUALITY_VIEW), question, by);
    const answer = known(found, context, question);
    return {
      ...{ by: answer.by, samples: answer.samples, unit: answer.unit },
      places: answer.places.map((place) => ({
        ...{ place: place.place, n: place.n, offset: place.offset },
        offset_half: Number.isFinite(place.offsetHalf) ? place.offsetHalf : null,
        ...{ drift_per_hour: place.driftPerHour, drift_half: place.driftHalf },
        ...{ confidence: place.confidence, drifts: place.drifts },
        drifts_since: place.sinceMs === null ? null : isoTime(place.sinceMs),
      })),
    };
  },
});

/** `GET` of the characteristics, and of one's samples, control chart and comparison of nozzles or lanes. */
export const qualityRoutes: readonly Route[] = [list, samples, chart, places];
