import type { QualityResult } from "../../contract/schemas/quality-v2.ts";
import { suggestion } from "../../errors/nearest-name.ts";
import type { Plant } from "../../plant/plant.ts";
import { isoTime } from "../../time/iso-time.ts";
import type { Key, ViewReading } from "../../views/view-table.ts";
import type { ChartSample } from "./chart-limits.ts";
import type { PlaceSample } from "./places.ts";
import { CHARACTERISTICS, CORRECTED, SAMPLES, type SampleRow } from "./quality-tables.ts";

/** The samples that a question is about; times in ms since 1970, the end not included. */
export interface SampleQuestion {
  readonly machine: string;
  readonly characteristic: string;
  readonly fromMs?: number | undefined;
  /** Not included. */
  readonly toMs?: number | undefined;
  readonly product?: string | undefined;
  readonly batchId?: string | undefined;
}

/** What is examined where, with its newest sample. */
export interface CharacteristicNow {
  readonly machine: string;
  readonly characteristic: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly unit: string | null;
  readonly newest: SampleRow | null;
}

/** All characteristics that were ever examined, as far back as the view goes. */
export function characteristics(reading: ViewReading): CharacteristicNow[] {
  return [...reading.rows(CHARACTERISTICS).range()].map(({ machine, characteristic, first_ms, last_ms }) => {
    const newest = newestSample(reading, { machine, characteristic }) ?? null;
    return {
      machine,
      characteristic,
      firstMs: first_ms,
      lastMs: last_ms,
      unit: newest?.unit ?? null,
      newest,
    };
  });
}

/** Samples in the order in which they were taken; what was corrected by a later message is left out. */
export function* samplesOf(
  reading: ViewReading,
  question: SampleQuestion,
  order: "asc" | "desc" = "asc",
  after?: Key,
): Iterable<SampleRow> {
  const { machine, characteristic, fromMs: from, toMs: to, product, batchId } = question;
  const corrected = correctedOf(reading, machine);
  const range = { prefix: [machine, characteristic], from, to, order, after };
  for (const row of reading.rows(SAMPLES).range(range)) {
    if (product !== undefined && row.product !== product) continue;
    if (batchId !== undefined && row.batch_id !== batchId) continue;
    if (row.boot !== null && row.seq !== null && corrected.has(`${row.boot} ${row.seq}`)) continue;
    yield row;
  }
}

/** The newest sample that fits the question and wasn't corrected. */
export function newestSample(reading: ViewReading, question: SampleQuestion): SampleRow | undefined {
  for (const row of samplesOf(reading, question, "desc")) return row;
  return undefined;
}

/** Why a question found no sample at all: nothing was examined, or not of its product, or there is no such product. */
export function whyNoSamples(reading: ViewReading, plant: Plant, question: SampleQuestion): string {
  const { machine, characteristic, product, toMs } = question;
  const nothing = `${machine} has no samples of ${characteristic}`;
  if (newestSample(reading, { machine, characteristic }) === undefined) return nothing;
  if (product === undefined) return toMs === undefined ? nothing : `${nothing} before ${isoTime(toMs)}`;
  const products = plant.document.products.map(({ id }) => id);
  return products.includes(product)
    ? `${nothing} of ${product}`
    : `there is no product ${product}${suggestion(product, products)}`;
}

/** The samples with numbers, at most one in `everyMs`, as charts take them. */
export function* chartSamples(rows: Iterable<SampleRow>, everyMs: number): Iterable<ChartSample> {
  let nextMs = Number.NEGATIVE_INFINITY;
  for (const { at_ms, n, mean, m2, min, max } of rows) {
    if (mean === null || m2 === null || min === null || max === null || at_ms < nextMs) continue;
    // From one full step to the next, whatever is asked for: the same samples are charted in every period.
    nextMs = (Math.floor(at_ms / everyMs) + 1) * everyMs;
    yield { atMs: at_ms, n, mean, range: max - min, m2 };
  }
}

/** A figure as it is shown: what adding up in binary leaves behind the twelfth digit (100.44800000000001) is no result. */
export function withoutDust<Figure extends number | null>(figure: Figure): Figure {
  return (figure === null ? null : Number(figure.toPrecision(12))) as Figure; // of null only null is made
}

/** The single numbers of a sample. */
export function numbersOf(row: SampleRow): number[] {
  return row.numbers === null ? [] : (JSON.parse(row.numbers) as number[]);
}

type KeptResult = Omit<QualityResult, "characteristic" | "readings" | "curve">;

/** The results of a sample as they were said. */
export function resultsOf(row: SampleRow): KeptResult[] {
  return JSON.parse(row.results) as KeptResult[];
}

/** Samples of several nozzles or lanes, by number. */
export function placeSamples(rows: Iterable<SampleRow>, by: "nozzle" | "lane"): PlaceSample[] {
  const samples: PlaceSample[] = [];
  for (const row of rows) {
    const values = new Map<number, number>();
    for (const result of resultsOf(row)) {
      const place = result[by];
      const good = result.quality === undefined || result.quality === "good";
      if (place !== undefined && typeof result.value === "number" && good) values.set(place, result.value);
    }
    if (values.size > 1) samples.push({ atMs: row.at_ms, values });
  }
  return samples;
}

function correctedOf(reading: ViewReading, machine: string): ReadonlySet<string> {
  const rows = reading.rows(CORRECTED).range({ prefix: [machine] });
  return new Set([...rows].map(({ boot, seq }) => `${boot} ${seq}`));
}
