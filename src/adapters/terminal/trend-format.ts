import type { TagSeries } from "../../monitor/tags/tag-series.ts";
import type { TimeInState } from "../../monitor/tags/time-in-state.ts";
import type { TagLimits } from "../../plant/schema/tag.ts";
import { type CsvFormat, csvFile } from "./csv.ts";
import { jsonLine } from "./json-line.ts";
import { stateLanes } from "./state-lanes.ts";
import { type Piece, renderLine, textWidth } from "./styled-text.ts";
import { ageText } from "./tags-format.ts";
import { clockText, dateText } from "./time-ticks.ts";
import { type ChartSurface, trendChart } from "./trend-chart.ts";

/** A tag's course with what the plant model says of it. */
export interface Trend {
  readonly machine: string;
  readonly tag: string;
  readonly product: string | null;
  readonly series: TagSeries;
  /** For a tag of words. */
  readonly states: TimeInState | undefined;
  /** The zone of the site's clock (IANA). */
  readonly zone: string;
  readonly model: {
    readonly unit: string | null;
    readonly label: string | null;
    readonly decimals: number | null;
    readonly limits: TagLimits;
  };
  readonly fromMs: number;
  readonly toMs: number;
}

const SOURCES = { raw: "raw", 10: "10s", 60: "1min", 3600: "1h" } as const;
const SOURCE_WORDS = {
  raw: "every value",
  10: "figures of 10 s",
  60: "figures of 1 min",
  3600: "figures of 1 h",
} as const;

/** The chart for people: what it is, the picture, what it comes to. */
export function trendText(trend: Trend, surface: ChartSurface): string {
  const { series, states } = trend;
  const line = (pieces: readonly Piece[]) => renderLine(pieces, surface.columns, surface.colour);
  if (series.points.length === 0) {
    return `${line(heading(trend))}\nnothing was measured from ${spanText(trend)}`;
  }
  const picture = states === undefined ? numbers(trend, surface) : lanes(trend, states, surface);
  return [line(heading(trend)), ...picture, ...footing(trend, surface.columns).map(line)].join("\n");
}

function heading({ machine, tag, product, series, model }: Trend): Piece[] {
  const { unit, label, limits, decimals } = model;
  const last = series.points.at(-1)?.last ?? null;
  const value =
    typeof last === "number" ? last.toFixed(decimals ?? 2) : last === null ? "no value" : String(last);
  const { min, max, alarm_low, alarm_high } = limits;
  const range = min === undefined && max === undefined ? "" : `normal ${min ?? ""}–${max ?? ""}`;
  const alarm = [
    alarm_low === undefined ? "" : `< ${alarm_low}`,
    alarm_high === undefined ? "" : `> ${alarm_high}`,
  ]
    .filter((text) => text !== "")
    .join(" or ");
  const about = [product ?? "", range, alarm === "" ? "" : `alarm ${alarm}`].filter((text) => text !== "");
  return [
    { text: `${machine.split("/").at(-1)} `, style: "bold" },
    { text: label ?? tag },
    { text: label === null ? "  " : ` ${tag}  `, style: "dim" },
    { text: `${value}${unit === null ? "" : ` ${unit}`}`, style: "bold" },
    { text: about.length === 0 ? "" : `   ${about.join(" · ")}`, style: "dim" },
  ];
}

function numbers({ series, model, zone, fromMs, toMs }: Trend, surface: ChartSurface): string[] {
  const { points, widthMs, gaps } = series;
  const decimals = model.decimals ?? decimalsOf(points.map(({ last }) => last));
  return trendChart({ fromMs, toMs, points, widthMs, gaps, limits: model.limits, decimals, zone }, surface);
}

function lanes({ series, zone, fromMs, toMs }: Trend, states: TimeInState, surface: ChartSurface): string[] {
  return stateLanes(
    {
      ...{ fromMs, toMs, zone, widthMs: series.widthMs },
      lanes: states.states.map(({ word, durationMs, share }) => ({
        name: word === null ? "others" : String(word),
        note: `${ageText(durationMs)} ${Math.round(share * 100)} %`,
      })),
      points: series.points.map(({ beginMs, words }) => ({
        beginMs,
        name: String(words[0]?.word ?? "others"),
      })),
    },
    surface,
  );
}

/**
 * What it comes to: extremes and mean of numbers, source, coverage: "nothing happened" and "nothing came" differ. Two lines
 * where one has no room for all of it.
 */
function footing(trend: Trend, columns: number): Piece[][] {
  const { series, model, states } = trend;
  const { points, coverage, gaps, source } = series;
  const decimals = model.decimals ?? decimalsOf(points.map(({ last }) => last));
  const shown = (value: number) => value.toFixed(decimals);
  const figures: string[] = [];
  if (states === undefined) {
    const mins = points.flatMap(({ min }) => min ?? []);
    const maxs = points.flatMap(({ max }) => max ?? []);
    const count = points.reduce((sum, point) => sum + point.count, 0);
    const mean = points.reduce((sum, point) => sum + (point.mean ?? 0) * point.count, 0) / count;
    if (count > 0) {
      figures.push(
        `min ${shown(Math.min(...mins))}`,
        `mean ${shown(mean)}`,
        `max ${shown(Math.max(...maxs))}`,
      );
    }
  }
  const bad = points.reduce((sum, point) => sum + point.bad * point.values, 0);
  if (bad > 0) figures.push(`${Math.round(bad)} bad`);
  const measured = `measured ${(coverage * 100).toFixed(coverage > 0.9995 ? 0 : 1)} %`;
  const missing = gaps.length === 0 ? "" : `, ${gaps.length} ${gaps.length === 1 ? "gap" : "gaps"}`;
  const missed = coverage < 0.99 || gaps.length > 0;
  const basis: Piece = {
    text: `${spanText(trend)} ${trend.zone} · ${SOURCE_WORDS[source]}`,
    style: "dim",
  };
  const found: Piece[] = [
    { text: figures.map((figure) => `${figure} · `).join("") },
    { text: `${measured}${missing}`, style: missed ? "magenta" : "dim" },
  ];
  const one: Piece[] = [basis, { text: " · ", style: "dim" }, ...found];
  return one.reduce((sum, { text }) => sum + textWidth(text), 0) <= columns ? [one] : [[basis], found];
}

/** `11 Jan 2026 08:00 to 12:00`; the day of its end, too, where that is another one. */
function spanText({ zone, fromMs, toMs }: Trend): string {
  const [from, to] = [dateText(fromMs, zone), dateText(toMs, zone)];
  return `${from} ${clockText(fromMs, zone)} to ${from === to ? "" : `${to} `}${clockText(toMs, zone)}`;
}

/** As many decimals as the values have, up to four. */
function decimalsOf(values: readonly unknown[]): number {
  const numbers = values.filter((value) => typeof value === "number");
  const decimals = [0, 1, 2, 3].find((each) =>
    numbers.every((value) => Number(value.toFixed(each)) === value),
  );
  return decimals ?? 4;
}

/** A trend as JSON for `conche trend --format json`; times in ISO 8601, UTC. */
export function seriesJson({ machine, tag, product, model, series, states, fromMs, toMs }: Trend): string {
  const iso = (ms: number) => new Date(ms).toISOString();
  const points = series.points.map(({ beginMs, firstAtMs, lastAtMs, ...figures }) => ({
    at: iso(beginMs),
    first_at: iso(firstAtMs),
    last_at: iso(lastAtMs),
    ...figures,
  }));
  return `${jsonLine({
    ...{ machine, tag, label: model.label, product, unit: model.unit, decimals: model.decimals },
    ...{ ...model.limits, from: iso(fromMs), to: iso(toMs) },
    source: SOURCES[series.source],
    width_ms: series.widthMs,
    interval_ms: series.intervalMs,
    coverage: series.coverage,
    gaps: series.gaps.map((gap) => ({ from: iso(gap.fromMs), to: iso(gap.toMs) })),
    // Of a tag of words: how long each stood, as the lanes of the chart say it.
    ...(states === undefined
      ? {}
      : {
          states: states.states.map(({ word, durationMs, share }) => ({
            word,
            duration_ms: durationMs,
            share,
          })),
        }),
    points,
  })}\n`;
}

/** The points as a file of CSV. */
export function seriesCsv({ series }: Trend, format: CsvFormat): string {
  const head = [
    "at",
    "values",
    "count",
    "min",
    "max",
    "mean",
    "sd",
    "first",
    "last",
    "good",
    "uncertain",
    "bad",
    "words",
  ];
  const rows = series.points.map((point) => [
    new Date(point.beginMs).toISOString(),
    ...[point.values, point.count, point.min, point.max, point.mean, point.sd, point.first, point.last],
    ...[point.good, point.uncertain, point.bad],
    point.words.length === 0 ? "" : JSON.stringify(point.words),
  ]);
  return csvFile(head, rows, format);
}
