import type { ValueQuality } from "../contract/schemas/value-quality.ts";
import type { Plant } from "../plant/plant.ts";
import { limitsFor, type Tag } from "../plant/schema/tag.ts";
import type { ViewReading } from "../views/view-table.ts";
import { currentValues } from "./tags/current-values.ts";

/** A value that says at a glance how a machine does. */
export interface OverviewValue {
  readonly tag: string;
  readonly label: string;
  /** Null where there is none. */
  readonly value: number | string | boolean | null;
  readonly unit: string | null;
  readonly decimals: number;
  readonly quality: ValueQuality;
  /** Beyond an alarm limit, or outside the range of normal running, for the product being made. */
  readonly outside: "alarm" | "normal" | null;
  readonly atMs: number;
}

const SHOWN = 3;
const DECIMALS = 2;

/** The values that the plant file names for a machine's overview, else its first ones with limits; newest known. */
export function overviewValues(plant: Plant, tags: ViewReading, machine: string): OverviewValue[] {
  const definition = plant.machine(machine)?.definition;
  if (definition === undefined) return [];
  const current = currentValues(tags, machine);
  if (current === undefined) return [];
  const names =
    definition.overview ??
    Object.keys(definition.tags)
      .filter((name) => hasLimits(definition.tags[name]))
      .slice(0, SHOWN);
  return names.slice(0, SHOWN).flatMap((name) => {
    const tag = definition.tags[name];
    const found = current.values.find((each) => each.tag === name);
    if (tag === undefined || found === undefined) return [];
    const { value, quality, atMs } = found;
    return [
      {
        tag: name,
        label: tag.label ?? name,
        value,
        unit: found.unit ?? tag.unit ?? null,
        decimals: tag.decimals ?? DECIMALS,
        quality,
        outside: typeof value === "number" ? outsideOf(tag, current.product, value) : null,
        atMs,
      },
    ];
  });
}

function hasLimits(tag: Tag | undefined): boolean {
  return (
    tag !== undefined && (tag.min !== undefined || tag.max !== undefined || tag.alarm_high !== undefined)
  );
}

function outsideOf(tag: Tag, product: string | null, value: number): OverviewValue["outside"] {
  const { min, max, alarm_low: low, alarm_high: high } = limitsFor(tag, product ?? undefined);
  if ((low !== undefined && value < low) || (high !== undefined && value > high)) return "alarm";
  return (min !== undefined && value < min) || (max !== undefined && value > max) ? "normal" : null;
}
