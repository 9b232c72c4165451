import type { Estimate } from "../../monitor/quality/capability.ts";
import type { ControlChart, NoChart } from "../../monitor/quality/chart-question.ts";
import { type ChartPoint, signalEpisodes } from "../../monitor/quality/control-chart.ts";
import type { PlaceComparison } from "../../monitor/quality/places.ts";
import type {
  BatchContent,
  CapabilityAnswer,
  NoCapability,
  PlacesAnswer,
} from "../../monitor/quality/quality-questions.ts";
import { FALSE_ALARMS } from "../../monitor/quality/runs-rules.ts";
import { type CharacteristicNow, withoutDust } from "../../monitor/quality/samples.ts";
import { drawControlChart, shown } from "./control-chart-drawing.ts";
import { counted } from "./counts.ts";
import type { CsvValue } from "./csv.ts";
import type { Listing } from "./listing.ts";
import type { TableSurface } from "./table.ts";
import type { ZoneClock } from "./time-text.ts";

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
const short = (clock: ZoneClock, ms: number) => clock.stamp(ms);
const nameOf = (machine: string) => machine.split("/").slice(1).join("/");

/** The characteristics of a plant with their newest sample. */
export function characteristicListing(
  rows: readonly CharacteristicNow[],
  clock: ZoneClock,
): Listing<CharacteristicNow> {
  return {
    name: "characteristics",
    rows,
    columns: [
      { title: "machine", flexible: true, cell: ({ machine }) => nameOf(machine) },
      { title: "characteristic", cell: ({ characteristic }) => characteristic },
      {
        title: "newest",
        align: "right",
        cell: ({ newest }) => (newest?.mean == null ? "" : shown(newest.mean)),
      },
      { title: "unit", cell: ({ unit }) => unit ?? "" },
      { title: "product", minor: true, cell: ({ newest }) => newest?.product ?? "" },
      { title: "since", minor: true, cell: ({ firstMs }) => short(clock, firstMs) },
      { title: "last", minor: true, cell: ({ lastMs }) => short(clock, lastMs) },
    ],
    fields: ({ machine, characteristic, newest, unit, firstMs, lastMs }) => ({
      ...{
        machine,
        characteristic,
        unit,
        newest: withoutDust(newest?.mean ?? null),
        product: newest?.product ?? null,
      },
      ...{ first_at: iso(firstMs), last_at: iso(lastMs) },
    }),
    ...(rows.length === 0 ? { verdict: "nothing was examined yet" } : {}),
  };
}

const WHY_NO_CHART: Readonly<Record<NoChart, string>> = {
  not_charted:
    "the plant file says that a chart would say nothing (quality.characteristics); --chart draws one anyway",
  no_samples: "there are no samples",
  no_numbers: "its results are words",
  too_few: "fewer than 8 samples",
  too_coarse: "it is measured too coarsely: fewer than 5 different values",
};

/** A chart for people: the drawing, what it was judged by, and what was found. */
export function chartText(chart: ControlChart, surface: TableSurface, clock: ZoneClock): string {
  const { machine, characteristic, product, unit, kind, rules, limits, points, why } = chart;
  const head = `${characteristic}${unit === null ? "" : ` (${unit})`} of ${nameOf(machine)}${product === null ? "" : `, ${product}`}`;
  if (limits === null) return `${head}: no chart, ${WHY_NO_CHART[why ?? "too_few"]}\n`;
  const signalling = points.filter(({ signals }) => signals.length > 0);
  const treated =
    chart.treatment === "none"
      ? ""
      : `; values hang together (${chart.correlation.toFixed(2)}), charted as ${chart.treatment}`;
  const basis = `limits ${chart.frozen ? "frozen" : "for trial"} from ${limits.samples} samples, ${short(clock, limits.fromMs)} to ${short(clock, limits.toMs)}${limits.leftOut === 0 ? "" : `, ${limits.leftOut} left out`}`;
  const found = `${counted(signalEpisodes(points), "signal")} in ${counted(points.length, "point")} (by chance ${(points.length * FALSE_ALARMS[rules]).toFixed(1)})`;
  const newest = signalling
    .slice(-5)
    .reverse()
    .map((point) => `  ${short(clock, point.atMs)}  ${shown(point.value)}  ${signalWords(point)}`);
  return `${[`${head}: ${kind}, rules ${rules}${treated}`, drawControlChart(chart, surface, clock), basis, found, ...newest].filter((part) => part !== "").join("\n")}\n`;
}

function signalWords({ signals }: ChartPoint): string {
  return signals
    .map((signal) => (signal === "spread" ? "spread beyond its limits" : signal.replaceAll("_", " ")))
    .join("; ");
}

/** The points of a chart, for programs and spreadsheets. */
export function chartListing(chart: ControlChart): Listing<ChartPoint> {
  const { limits } = chart;
  return {
    name: "points",
    rows: chart.points,
    columns: [],
    fields: ({ atMs, n, value, lower, upper, spread, signals }) => ({
      ...{ at: iso(atMs), n, value: withoutDust(value), lower, upper, spread, signals: signals.join(" ") },
    }),
    beside: {
      ...{
        machine: chart.machine,
        characteristic: chart.characteristic,
        product: chart.product,
        unit: chart.unit,
      },
      ...{
        chart: chart.kind,
        rules: chart.rules,
        treatment: chart.treatment,
        correlation: chart.correlation,
      },
      lower: chart.plan.specification.lower,
      upper: chart.plan.specification.upper,
      limits: limits === null ? null : { ...limits, frozen: chart.frozen },
      why_none: chart.why,
      signals: signalEpisodes(chart.points),
      by_chance: chart.points.length * FALSE_ALARMS[chart.rules],
    },
  };
}

const WHY_NO_CAPABILITY: Readonly<Record<NoCapability, string>> = {
  no_specification: "no specification limits: the plant file's quality.characteristics can say them",
  too_few: "fewer than 15 samples",
  not_stable: "not stable",
  no_chart: "no control chart, so nothing says that it is stable",
};

/** Capabilities, one a characteristic. */
export function capabilityListing(
  rows: readonly CapabilityAnswer[],
  clock: ZoneClock,
): Listing<CapabilityAnswer> {
  return {
    name: "capabilities",
    rows,
    columns: [
      { title: "machine", cell: ({ machine }) => machine.split("/").at(-1) ?? machine },
      { title: "characteristic", cell: ({ characteristic }) => characteristic },
      { title: "product", cell: ({ product }) => product ?? "" },
      {
        title: "specification",
        minor: true,
        cell: ({ specification: { lower, upper } }) => specificationText(lower, upper),
      },
      { title: "n", minor: true, align: "right", cell: ({ n }) => n },
      { title: "Cpk (95 %)", cell: ({ capability }) => estimateText(capability?.cpk) },
      { title: "Ppk (95 %)", cell: ({ capability }) => estimateText(capability?.ppk) },
      { title: "not given because", flexible: true, cell: (row) => whyText(row, clock) },
    ],
    fields: ({
      machine,
      characteristic,
      product,
      specification,
      capability,
      why,
      signals,
      points,
      firstSignalMs,
      n,
      mean,
      unit,
    }) => ({
      ...{ machine, characteristic, product, unit },
      ...{ lower: specification.lower, upper: specification.upper },
      ...{ n, mean },
      ...{ sigma_within: capability?.sigmaWithin ?? null, sigma_overall: capability?.sigmaOverall ?? null },
      ...estimateFields("cp", capability?.cp),
      ...estimateFields("cpk", capability?.cpk),
      ...estimateFields("pp", capability?.pp),
      ...estimateFields("ppk", capability?.ppk),
      ...{ why_none: why, signals, points, first_signal_at: iso(firstSignalMs) },
    }),
    ...(rows.length === 0 ? { verdict: "nothing with numbers was examined" } : {}),
  };
}

function whyText({ why, signals, points, firstSignalMs }: CapabilityAnswer, clock: ZoneClock): string {
  if (why === null) return "";
  if (why !== "not_stable" || firstSignalMs === null) return WHY_NO_CAPABILITY[why];
  return `not stable: ${counted(signals, "signal")} in ${counted(points, "point")}, the first at ${short(clock, firstSignalMs)}`;
}

function specificationText(lower: number | null, upper: number | null): string {
  if (lower === null) return upper === null ? "" : `at most ${upper}`;
  return upper === null ? `at least ${lower}` : `${lower} to ${upper}`;
}

function estimateText(estimate: Estimate | null | undefined): string {
  if (estimate == null) return "";
  return `${estimate.value.toFixed(2)} (${estimate.low.toFixed(2)} to ${estimate.high.toFixed(2)})`;
}

function estimateFields(name: string, estimate: Estimate | null | undefined): Record<string, CsvValue> {
  return {
    [name]: estimate?.value ?? null,
    [`${name}_low`]: estimate?.low ?? null,
    [`${name}_high`]: estimate?.high ?? null,
  };
}

/** Net content by batch. */
export function contentListing(rows: readonly BatchContent[]): Listing<BatchContent> {
  const passed = ({ checks }: BatchContent) => checks.every((check) => check.passed);
  return {
    name: "batches",
    rows,
    columns: [
      { title: "batch", cell: ({ batchId }) => batchId ?? "" },
      { title: "product", cell: ({ product }) => product ?? "" },
      { title: "n", align: "right", cell: ({ weights }) => weights.n },
      { title: "mean g", align: "right", cell: ({ weights }) => weights.meanG.toFixed(2) },
      { title: "s g", align: "right", cell: ({ weights }) => weights.deviationG.toFixed(2) },
      {
        title: "below T1",
        align: "right",
        cell: ({ weights, limits }) => `${weights.belowT1} (${limits.t1G} g)`,
      },
      {
        title: "below T2",
        align: "right",
        cell: ({ weights, limits }) => `${weights.belowT2} (${limits.t2G} g)`,
      },
      { title: "rejected", align: "right", cell: ({ rejected }) => rejected },
      {
        title: "packer's rules",
        cell: (row) => (passed(row) ? "met" : { text: broken(row), style: ["red", "bold"] }),
      },
      { title: "reference test", cell: ({ reference }) => referenceText(reference) },
    ],
    fields: (row) => ({
      ...{ batch_id: row.batchId, product: row.product, from: iso(row.fromMs), to: iso(row.toMs) },
      ...{ nominal_g: row.limits.nominalG, t1_g: row.limits.t1G, t2_g: row.limits.t2G, n: row.weights.n },
      ...{ mean_g: row.weights.meanG, deviation_g: row.weights.deviationG },
      ...{ below_t1: row.weights.belowT1, below_t2: row.weights.belowT2, rejected: row.rejected },
      ...{ weighed_below_t1: row.weighed.belowT1, weighed_below_t2: row.weighed.belowT2 },
      lawful: passed(row),
      broken: brokenRules(row).join(" "),
      reference: row.reference === null ? null : row.reference.checks.every((check) => check.passed),
    }),
    verdict:
      rows.length === 0
        ? "no net content here: the plant file's quality.characteristics says what it is (net_content: true)"
        : "76/211/EEC: mean at least nominal, at most 2.5 % below T1, none below T2; what a gate rejects after the scale doesn't count",
  };
}

function brokenRules({ checks }: BatchContent): string[] {
  return checks.flatMap(({ rule, passed }) => (passed ? [] : rule));
}

function broken(content: BatchContent): string {
  return `broken: ${brokenRules(content)
    .map((rule) => rule.replaceAll("_", " "))
    .join(", ")}`;
}

function referenceText(reference: BatchContent["reference"]): string {
  if (reference === null) return "too few weighed";
  return reference.checks.every(({ passed }) => passed) ? "passed" : "failed";
}

/** Nothing that is measured is quite sure: what rounds to 100 % isn't. */
function sureText(confidence: number): string {
  const text = (100 * confidence).toFixed(2);
  return text === "100.00" ? "over 99.99 %" : `${text} %`;
}

/** Nozzles or lanes side by side. */
export function placesListing({ by, samples, unit, places }: PlacesAnswer): Listing<PlaceComparison> {
  const drifting = places.filter(({ drifts }) => drifts).map(({ place }) => place);
  const plusMinus = (value: number | null, half: number | null) =>
    value === null || half === null || !Number.isFinite(half)
      ? ""
      : `${value >= 0 ? "+" : ""}${value.toFixed(3)} ± ${half.toFixed(3)}`;
  return {
    name: "places",
    rows: places,
    columns: [
      { title: by, align: "right", cell: ({ place }) => place },
      { title: "n", align: "right", cell: ({ n }) => n },
      {
        title: `from the others${unit === null ? "" : `, ${unit}`}`,
        cell: ({ offset, offsetHalf }) => plusMinus(offset, offsetHalf),
      },
      { title: "drift an hour", cell: ({ driftPerHour, driftHalf }) => plusMinus(driftPerHour, driftHalf) },
      {
        title: "sure that it drifts",
        align: "right",
        cell: ({ confidence, drifts }) =>
          drifts ? { text: sureText(confidence), style: ["yellow", "bold"] } : "",
      },
    ],
    fields: (row) => ({
      ...{
        place: row.place,
        n: row.n,
        offset: row.offset,
        offset_half: Number.isFinite(row.offsetHalf) ? row.offsetHalf : null,
      },
      ...{
        drift_per_hour: row.driftPerHour,
        drift_half: row.driftHalf,
        confidence: row.confidence,
        drifts: row.drifts,
        drifts_since: iso(row.sinceMs),
      },
    }),
    beside: { by, samples, unit },
    verdict:
      places.length === 0
        ? `no sample tells ${by}s apart`
        : `${samples} samples; ${drifting.length === 0 ? `no ${by} drifts` : `${by} ${drifting.join(", ")} drifts`} (95 % intervals)`,
  };
}
