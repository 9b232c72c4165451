import type { QualityResult } from "../../contract/schemas/quality-v2.ts";
import { parseTimestamp } from "../../contract/timestamp.ts";
import type { ViewMessageOf } from "../../views/view.ts";
import type { SampleRow } from "./quality-tables.ts";

type QualityMessage = ViewMessageOf<"quality">;

/** The rows of a message, one for each characteristic that it has results of. */
export function sampleRows(message: QualityMessage): SampleRow[] {
  const byCharacteristic = Map.groupBy(message.payload.results, ({ characteristic }) => characteristic);
  return [...byCharacteristic].map(([characteristic, results]) =>
    sampleRow(message, characteristic, results),
  );
}

function sampleRow(
  message: QualityMessage,
  characteristic: string,
  results: readonly QualityResult[],
): SampleRow {
  const { payload, topic, boot, seq } = message;
  const { sample } = payload;
  const first = results[0];
  const good = results.filter(isGood);
  const numbers = good.flatMap(numbersOf);
  const curves = results.flatMap(({ curve }) => (curve === undefined ? [] : [curve]));
  return {
    machine: topic.machineKey,
    characteristic,
    at_ms: (sample?.taken_at === undefined ? null : parseTimestamp(sample.taken_at)) ?? message.atMs,
    // A copy without identity is the same sample; a second message about it is not.
    tie: `${sample?.sample_id ?? ""} ${boot ?? ""} ${seq ?? ""}`,
    ...momentsOf(numbers),
    numbers: numbers.length === 0 ? null : JSON.stringify(numbers),
    results: JSON.stringify(results.map(withoutBulk)),
    curves: curves.length === 0 ? null : JSON.stringify(curves),
    words: results.filter((result) => numbersOf(result).length === 0).length,
    doubtful: results.filter((result) => !isGood(result)).flatMap(numbersOf).length,
    passed: results.filter(({ pass }) => pass === true).length,
    failed: results.filter(({ pass }) => pass === false).length,
    unit: first?.unit ?? null,
    lower: first?.lower ?? null,
    upper: first?.upper ?? null,
    target: first?.target ?? null,
    product: payload.product_type ?? null,
    batch_id: payload.batch_id ?? null,
    lot_id: payload.lot_id ?? null,
    sample_id: sample?.sample_id ?? null,
    taken_from: sample?.taken_from ?? null,
    examined_by: payload.by ?? null,
    boot,
    seq,
    message_id: message.id,
    received_ms: message.receivedAtMs,
  };
}

/** Results that are no good don't enter charts and capability, and are counted. */
function isGood({ quality }: QualityResult): boolean {
  return quality === undefined || quality === "good";
}

/** The single readings where they were said; otherwise the result itself. */
function numbersOf({ value, readings }: QualityResult): readonly number[] {
  if (readings !== undefined && readings.length > 0) return readings;
  return typeof value === "number" ? [value] : [];
}

function withoutBulk({
  characteristic: _characteristic,
  readings: _readings,
  curve: _curve,
  ...rest
}: QualityResult) {
  return rest;
}

function momentsOf(numbers: readonly number[]): Pick<SampleRow, "n" | "mean" | "m2" | "min" | "max"> {
  const n = numbers.length;
  if (n === 0) return { n, mean: null, m2: null, min: null, max: null };
  const mean = numbers.reduce((sum, value) => sum + value, 0) / n;
  return {
    n,
    mean,
    m2: numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0),
    min: numbers.reduce((least, value) => Math.min(least, value)),
    max: numbers.reduce((most, value) => Math.max(most, value)),
  };
}
