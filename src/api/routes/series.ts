import { Type } from "typebox";
import { suggestion } from "../../errors/nearest-name.ts";
import { allCurrentValues, currentValues } from "../../monitor/tags/current-values.ts";
import { type SeriesPoint, tagSeries } from "../../monitor/tags/tag-series.ts";
import { PRODUCT_TAG } from "../../monitor/tags/tag-values.ts";
import { tagsView } from "../../monitor/tags/tags-view.ts";
import { timeInState } from "../../monitor/tags/time-in-state.ts";
import { machineMeant } from "../../plant/machine-meant.ts";
import { isoTime } from "../../time/iso-time.ts";
import type { ApiContext } from "../context.ts";
import { PERIOD, periodOf, Time } from "../period.ts";
import { notFound } from "../problem.ts";
import { closed, type Route, route } from "../route.ts";
import { ADDRESS, keyOfAddress, orNull } from "../schemas.ts";
import { tagModel } from "../tag-model.ts";
import { LIMITS, limitsShown } from "./tags.ts";

const HOUR_MS = 3_600_000;
const MOST_POINTS = 10_000;

const Share = Type.Number({ minimum: 0, maximum: 1 });
const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });
const figure = (description: string) => orNull(Type.Number({ description }));
const shownValue = orNull(Type.Union([Type.Number(), Type.String(), Type.Boolean()]));
const Word = orNull(Type.Union([Type.String(), Type.Boolean()]));
const PARAMS = closed({
  ...ADDRESS,
  tag: Type.String({ minLength: 1, maxLength: 128, description: "As temp_c" }),
});
const Gaps = Type.Array(closed({ from: Time, to: Time }), {
  description: "Stretches without a value, longer than three intervals: nothing is drawn across",
});

const Point = closed({
  at: Time,
  values: Type.Integer({ description: "Values of any kind and quality" }),
  count: Type.Integer({
    description: "How many are numbers of quality good or uncertain; the figures are theirs",
  }),
  min: figure("Smallest"),
  max: figure("Largest"),
  mean: figure("Mean"),
  sd: figure("Standard deviation (n - 1)"),
  first: shownValue,
  last: shownValue,
  good: share("Share of the values"),
  uncertain: Share,
  bad: Share,
  words: Type.Array(closed({ word: Word, share: Share }), {
    description:
      "Of a tag that says words: each with its share, most frequent first; null: words too rare to list",
  }),
});

const series = route({
  method: "GET",
  path: "/api/series/{site}/{line}/{step}/{machine}/{tag}",
  name: "series",
  area: "Tags",
  summary: "The course of a tag: at most so many points, smallest and largest values kept",
  description:
    "Up to two hours with points closer than 10 s come from the log: each value at its own time while there are no more of them than points. Longer spans come from figures of 10 s, 1 min or 1 h, as the number of points asks for and as long as they are kept. There is no point where nothing was measured; a tag that the plant has and nobody has said yet has none. A point of figures begins where its 10 s, minute, hour or several of them begin: the first one's `at` may be before `from`, and its figures are over all of its width; so the last one's may reach beyond `to`. An hour where no time is given.",
  params: PARAMS,
  query: closed({
    ...PERIOD,
    points: Type.Optional(
      Type.Integer({ minimum: 2, maximum: MOST_POINTS, default: 1000, description: "At most so many" }),
    ),
  }),
  answer: closed({
    machine: Type.String(),
    tag: Type.String(),
    label: orNull(Type.String()),
    unit: orNull(Type.String()),
    decimals: orNull(Type.Integer()),
    ...LIMITS,
    product: orNull(Type.String({ description: "Whose limits they are: what the machine said last" })),
    from: Time,
    to: Time,
    source: Type.Enum(["raw", "10s", "1min", "1h"], { description: "What the points are made of" }),
    width_ms: Type.Number({
      description:
        "Of a point, milliseconds; `at` is its begin, of the first point at `from` or before. 0: each point is one value",
    }),
    interval_ms: orNull(Type.Number({ description: "The usual time from one value to the next" })),
    coverage: share("Share of the time that was measured"),
    gaps: Gaps,
    products: Type.Array(closed({ product: Word, from: Time, to: Time }), {
      description: "What was made meanwhile, as the machine said it; limits go by product",
    }),
    points: Type.Array(Point),
  }),
  list: "points",
  views: [tagsView],
  changesWith: ["now"],
  handle({ params, query }, context) {
    const { machine, tag, product } = knownTag(params, context);
    const { fromMs, toMs } = periodOf(query, context.nowMs, HOUR_MS);
    const reading = context.views.reading(tagsView);
    const request = { machine, fromMs, toMs, points: query.points ?? 1000 };
    const found = tagSeries(reading, { ...request, tag }, context.log());
    const products = tagSeries(reading, {
      ...request,
      tag: PRODUCT_TAG,
      points: Math.min(request.points, 500),
    });
    const model = tagModel(context.plant, machine, tag, product);
    return {
      ...{ machine, tag, label: model.label, unit: model.unit, decimals: model.decimals },
      ...limitsShown(model.limits),
      product: product ?? null,
      from: isoTime(fromMs),
      to: isoTime(toMs),
      source: SOURCES[found.source],
      width_ms: found.widthMs,
      interval_ms: found.intervalMs,
      coverage: found.coverage,
      gaps: found.gaps.map((gap) => ({ from: isoTime(gap.fromMs), to: isoTime(gap.toMs) })),
      products: productSpans(products.points),
      points: found.points.map(shownPoint),
    };
  },
});

const SOURCES = { raw: "raw", 10: "10s", 60: "1min", 3600: "1h" } as const;

const states = route({
  method: "GET",
  path: "/api/series/{site}/{line}/{step}/{machine}/{tag}/states",
  name: "tagStates",
  area: "Tags",
  summary: "How long a tag said each of its words",
  description:
    "For words and booleans. Silence is unknown time and never the last word. A day where no time is given.",
  params: PARAMS,
  query: closed(PERIOD),
  answer: closed({
    machine: Type.String(),
    tag: Type.String(),
    from: Time,
    to: Time,
    states: Type.Array(
      closed({
        word: Word,
        duration_ms: Type.Number(),
        share: share("Of the time in which any word is known"),
      }),
    ),
    unknown_ms: Type.Number({ description: "Time without a word, milliseconds" }),
    coverage: share("Share of the time that was measured"),
    source: Type.Enum(["10s", "1min", "1h"]),
  }),
  list: "states",
  views: [tagsView],
  changesWith: ["now"],
  handle({ params, query }, context) {
    const { machine, tag } = knownTag(params, context);
    const { fromMs, toMs } = periodOf(query, context.nowMs, 24 * HOUR_MS);
    const found = timeInState(context.views.reading(tagsView), machine, tag, fromMs, toMs);
    return {
      ...{ machine, tag, from: isoTime(fromMs), to: isoTime(toMs) },
      states: found.states.map(({ word, durationMs, share }) => ({ word, duration_ms: durationMs, share })),
      unknown_ms: found.unknownMs,
      coverage: found.coverage,
      source: SOURCES[found.source],
    };
  },
});

/**
 * A tag that the plant has or that was said, whether it has a course or not.
 * @throws ConcheError CONCHE_NOT_FOUND for a machine or tag that is neither
 */
function knownTag(
  params: { site: string; line: string; step: string; machine: string; tag: string },
  context: ApiContext,
) {
  const machine = keyOfAddress(params);
  const reading = context.views.reading(tagsView);
  const current = currentValues(reading, machine);
  const planned = Object.keys(context.plant.machine(machine)?.definition.tags ?? {});
  if (current === undefined && planned.length === 0) {
    const keys = Array.from(allCurrentValues(reading), (each) => each.machine);
    throw notFound(
      `no telemetry of ${machine} is known${machineMeant(machine, keys)}`,
      "GET /api/tags lists machines and tags",
    );
  }
  const { tag } = params;
  const names = [...new Set([...(current?.values ?? []).map((value) => value.tag), ...planned])];
  if (!names.includes(tag)) {
    throw notFound(
      `${machine} has no tag ${tag}${suggestion(tag, names)}`,
      `it has ${names.slice(0, 20).join(", ")}`,
    );
  }
  return { machine, tag, product: current?.product ?? undefined };
}

function productSpans(points: readonly SeriesPoint[]) {
  const spans: { product: string | boolean | null; from: string; to: string }[] = [];
  for (const { words, firstAtMs, lastAtMs } of points) {
    const product = words[0]?.word ?? null;
    const last = spans.at(-1);
    if (last !== undefined && last.product === product) last.to = isoTime(lastAtMs);
    else spans.push({ product, from: isoTime(firstAtMs), to: isoTime(lastAtMs) });
  }
  return spans;
}

function shownPoint(point: SeriesPoint) {
  const { values, count, min, max, mean, sd, first, last, good, uncertain, bad, words } = point;
  return {
    at: isoTime(point.beginMs),
    values,
    count,
    min,
    max,
    mean,
    sd,
    first,
    last,
    good,
    uncertain,
    bad,
    words: [...words],
  };
}

/** `GET` of a tag's course, and of its machine's states over the same time. */
export const seriesRoutes: readonly Route[] = [series, states];
