import type { ViewReading } from "../../views/view-table.ts";
import { figuresOf } from "../tags/figures.ts";
import { spansOf } from "../tags/tag-spans.ts";
import { PRODUCT_TAG } from "../tags/tag-values.ts";
import type { WearPoint } from "./wear.ts";

const HOUR_MS = 3_600_000;
/** How far back wear is looked at: longer than a part lasts. */
const LOOK_BACK_MS = 400 * 24 * HOUR_MS;
/** Hours that are joined to one point, so that points hardly depend on each other. */
const POINT_HOURS = 4;
/** An hour counts in which the part worked at least so much of it. */
const WORKED_SHARE = 0.5;

/** Whether a tag counts the hours that a part has worked, by its name: `roll_hours_h`. */
export function isUsageTag(tag: string): boolean {
  return tag.endsWith("_hours_h");
}

/** Usage and value of a part over its life, from the hours in which it worked on one product. */
export function wearPoints(
  reading: ViewReading,
  machine: string,
  tag: string,
  usageTag: string,
  toMs: number,
): WearPoint[] {
  const fromMs = Math.floor((toMs - LOOK_BACK_MS) / HOUR_MS) * HOUR_MS;
  const hours = (of: string) =>
    new Map(
      [...spansOf(reading, machine, of, 3600, fromMs, toMs)].map(({ beginMs, bucket }) => [
        beginMs,
        figuresOf(bucket),
      ]),
    );
  const [usages, values, products] = [hours(usageTag), hours(tag), hours(PRODUCT_TAG)];
  const points: (WearPoint & { readonly slot: string })[] = [];
  for (const [atMs, { mean: usage, min, max }] of usages) {
    const mean = values.get(atMs)?.mean;
    if (usage === null || min === null || max === null || mean === undefined || mean === null) continue;
    if (max - min < WORKED_SHARE) continue;
    const words = products.get(atMs)?.words ?? [];
    if (words.length > 1) continue;
    const group = String(words[0]?.word ?? "");
    points.push({
      atMs,
      usage,
      value: mean,
      group,
      slot: `${Math.floor(atMs / (POINT_HOURS * HOUR_MS))} ${group}`,
    });
  }
  return [...Map.groupBy(points, ({ slot }) => slot).values()].map((group) => ({
    atMs: meanOf(group.map(({ atMs }) => atMs)),
    usage: meanOf(group.map(({ usage }) => usage)),
    value: meanOf(group.map(({ value }) => value)),
    group: group[0]?.group ?? "",
  }));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
