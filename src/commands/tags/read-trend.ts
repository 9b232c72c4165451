import type { Trend } from "../../adapters/terminal/trend-format.ts";
import { tagModel } from "../../api/tag-model.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { LogReading } from "../../log/log-reading.ts";
import { tagSeries } from "../../monitor/tags/tag-series.ts";
import { timeInState } from "../../monitor/tags/time-in-state.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { machineNamed } from "./machine-named.ts";

/** What a person asks of a tag. */
export interface TrendRequest {
  /** A machine's name or address. */
  readonly machine: string;
  readonly tag: string;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly points: number;
}

/**
 * A tag's course with what the plant says of it.
 * @throws ConcheError CONCHE_USAGE for a machine or a tag that isn't there
 */
export function readTrend(views: ViewReading, log: LogReading, plant: Plant, request: TrendRequest): Trend {
  const { tag, fromMs, toMs, points } = request;
  const { machine, product, values } = machineNamed(views, request.machine);
  const tags = values.map((value) => value.tag);
  if (!tags.includes(tag)) {
    throw new ConcheError("CONCHE_USAGE", {
      message: `${machine} has no tag '${tag}'`,
      hint: `it has ${tags.join(", ")}`,
    });
  }
  const series = tagSeries(views, { machine, tag, fromMs, toMs, points }, log);
  const isWords = series.points.length > 0 && series.points.every(({ count }) => count === 0);
  const [site] = machine.split("/");
  return {
    ...{ machine, tag, product, series, fromMs, toMs },
    states: isWords ? timeInState(views, machine, tag, fromMs, toMs) : undefined,
    zone: plant.document.sites.find(({ id }) => id === site)?.timezone ?? "UTC",
    model: tagModel(plant, machine, tag, product ?? undefined),
  };
}
