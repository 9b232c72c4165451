import { median } from "../robust.ts";
import type { NumberMinute } from "./tag-minutes.ts";

/** Minutes of a product in the time of comparison from which on its level is known. */
const MIN_MINUTES = 60;

/**
 * A tag's minutes as what they are above or below the usual of their product: a change of product is no drift. Minutes
 * of a product that wasn't made in the time of comparison (before `fromMs`) have nothing to be compared with, and are
 * left out.
 */
export function besideProductLevel(
  minutes: readonly NumberMinute[],
  productAt: (atMs: number) => string | undefined,
  fromMs: number,
): NumberMinute[] {
  const before = Map.groupBy(
    minutes.filter(({ atMs }) => atMs < fromMs),
    ({ atMs }) => productAt(atMs),
  );
  const levels = new Map<string | undefined, number>();
  for (const [product, group] of before) {
    if (group.length >= MIN_MINUTES) levels.set(product, median(group.map(({ mean }) => mean)));
  }
  return minutes.flatMap((minute) => {
    const level = levels.get(productAt(minute.atMs));
    return level === undefined ? [] : [{ ...minute, mean: minute.mean - level }];
  });
}
