import type { Plant } from "../../plant/plant.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { type Capability, capabilityOf, isStable, momentsOf, type Specification } from "./capability.ts";
import { controlChart } from "./chart-question.ts";
import { signalEpisodes } from "./control-chart.ts";
import {
  type ContentCheck,
  type ContentLimits,
  type PackWeights,
  packersRules,
  type ReferencePlan,
  referenceTest,
} from "./net-content.ts";
import { comparePlaces, type PlaceComparison } from "./places.ts";
import { planOf } from "./quality-plan.ts";
import type { SampleRow } from "./quality-tables.ts";
import { FALSE_ALARMS } from "./runs-rules.ts";
import {
  chartSamples,
  newestSample,
  numbersOf,
  placeSamples,
  type SampleQuestion,
  samplesOf,
  withoutDust,
} from "./samples.ts";

/** Why a capability is not given. */
export type NoCapability = "no_specification" | "too_few" | "not_stable" | "no_chart";

/** The capability of a characteristic over a span, or why there is none. */
export interface CapabilityAnswer {
  readonly machine: string;
  readonly characteristic: string;
  readonly product: string | null;
  readonly unit: string | null;
  readonly specification: Specification;
  readonly specificationFrom: "plant" | "results" | "net_content" | null;
  /** Values of the span, samples that they came in, and their mean (null without any), given or not. */
  readonly n: number;
  readonly samples: number;
  readonly mean: number | null;
  readonly capability: Capability | null;
  readonly why: NoCapability | null;
  /** Signals of the chart over the span, of so many points: what stability is judged by. */
  readonly signals: number;
  readonly points: number;
  /** When the first of them came, ms since 1970. */
  readonly firstSignalMs: number | null;
  /** Numbers left out, because their quality is not good. */
  readonly doubtful: number;
  /** How far values hang together from one to the next: above 0.25 Cp and Cpk flatter, Pp and Ppk don't. */
  readonly correlation: number;
}

/** Fewer samples than this say nothing of capability (ISO 22514-2 asks for 125 values; the interval says the rest). */
const FEWEST = 15;

/** Works the capability of a product's characteristic out, unless the process isn't stable over the span. */
export function capability(
  reading: ViewReading,
  plant: Plant | undefined,
  question: SampleQuestion,
): CapabilityAnswer | undefined {
  const chart = controlChart(reading, plant, question);
  if (chart === undefined) return undefined;
  const { machine, characteristic, product, unit, plan, points } = chart;
  const rows = [...samplesOf(reading, { ...question, product: product ?? undefined })];
  const samples = [...chartSamples(rows, 1)];
  const signalling = points.filter(({ signals }) => signals.length > 0);
  const signals = signalEpisodes(points);
  const { n, mean } = momentsOf(samples);
  const answer = {
    n,
    samples: samples.length,
    mean: n === 0 ? null : withoutDust(mean),
    machine,
    characteristic,
    product,
    unit,
    specification: plan.specification,
    specificationFrom: plan.specificationFrom,
    signals,
    points: points.length,
    firstSignalMs: signalling[0]?.atMs ?? null,
    correlation: chart.correlation,
    doubtful: rows.reduce((sum, { doubtful }) => sum + doubtful, 0),
  };
  const beyond = points.filter((point) => point.signals.includes("beyond_3_sigma")).length;
  const stable =
    isStable(signals, points.length, FALSE_ALARMS[chart.rules]) &&
    isStable(beyond, points.length, FALSE_ALARMS.limits);
  const why = ((): NoCapability | null => {
    if (plan.specificationFrom === null) return "no_specification";
    if (samples.length < FEWEST) return "too_few";
    if (chart.limits === null) return "no_chart";
    return stable ? null : "not_stable";
  })();
  const found = why === null ? capabilityOf(samples, plan.specification) : undefined;
  return { ...answer, capability: found ?? null, why: found === undefined ? (why ?? "too_few") : null };
}

/** Net content of one batch. */
export interface BatchContent {
  readonly batchId: string | null;
  readonly product: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limits: ContentLimits;
  /** Of the packs that reach the market, as far as a gate after the scale lets them. */
  readonly weights: PackWeights;
  /** Of all that were weighed. */
  readonly weighed: PackWeights;
  /** Packs that the gate rejected. */
  readonly rejected: number;
  readonly checks: readonly ContentCheck[];
  /** Null with fewer packs weighed than the reference test asks for. */
  readonly reference: { readonly plan: ReferencePlan; readonly checks: readonly ContentCheck[] } | null;
}

/** Packs in a batch for the reference test when nobody says: the largest class. */
const MANY_PACKS = 10_000;

/** Net content by batch, newest first (76/211/EEC). Characteristics that aren't the pack's content give none. */
export function netContent(
  reading: ViewReading,
  plant: Plant | undefined,
  question: SampleQuestion,
): BatchContent[] {
  const rows = [...samplesOf(reading, question)];
  const batches = Map.groupBy(rows, ({ batch_id, product }) => `${batch_id ?? ""} ${product ?? ""}`);
  return [...batches.values()]
    .flatMap((own) => contentOfBatch(plant, question, own) ?? [])
    .sort((a, b) => b.toMs - a.toMs);
}

function contentOfBatch(
  plant: Plant | undefined,
  { machine, characteristic }: SampleQuestion,
  rows: readonly SampleRow[],
): BatchContent | undefined {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const { content, gateLower = Number.NEGATIVE_INFINITY } = planOf(plant, machine, characteristic, last);
  if (content === undefined) return undefined;
  const allG = rows.flatMap(numbersOf);
  const passedG = allG.filter((weight) => weight >= gateLower);
  if (passedG.length === 0) return undefined;
  const weights = weightsOf(passedG, content);
  return {
    batchId: last.batch_id,
    product: last.product,
    fromMs: first.at_ms,
    toMs: last.at_ms,
    limits: content,
    weights,
    weighed: weightsOf(allG, content),
    rejected: allG.length - passedG.length,
    checks: packersRules(content, weights),
    reference: referenceTest(content, passedG, MANY_PACKS) ?? null,
  };
}

function weightsOf(weightsG: readonly number[], { t1G, t2G }: ContentLimits): PackWeights {
  const n = weightsG.length;
  const meanG = weightsG.reduce((sum, weight) => sum + weight, 0) / Math.max(1, n);
  const squares = weightsG.reduce((sum, weight) => sum + (weight - meanG) ** 2, 0);
  return {
    n,
    meanG: withoutDust(meanG),
    deviationG: n < 2 ? 0 : Math.sqrt(squares / (n - 1)),
    belowT1: weightsG.filter((weight) => weight < t1G).length,
    belowT2: weightsG.filter((weight) => weight < t2G).length,
  };
}

/** Nozzles or lanes of a characteristic side by side over a span. */
export interface PlacesAnswer {
  readonly by: "nozzle" | "lane";
  readonly samples: number;
  readonly unit: string | null;
  readonly places: readonly PlaceComparison[];
}

/** Compares nozzles or lanes; undefined where the characteristic was never examined, or not of the product. */
export function placesOf(
  reading: ViewReading,
  question: SampleQuestion,
  by: "nozzle" | "lane",
): PlacesAnswer | undefined {
  const { machine, characteristic, product } = question;
  const newest = newestSample(reading, { machine, characteristic, product });
  if (newest === undefined) return undefined;
  const samples = placeSamples(samplesOf(reading, question), by);
  return { by, samples: samples.length, unit: newest.unit, places: comparePlaces(samples) };
}
