import type { Plant } from "../plant/plant.ts";
import { limitsFor, type Tag, type TagLimits } from "../plant/schema/tag.ts";

/** What the plant model says of a tag; all of it may be unknown. */
export interface TagModel {
  readonly unit: string | null;
  readonly label: string | null;
  readonly decimals: number | null;
  readonly limits: TagLimits;
}

const UNKNOWN: TagModel = { unit: null, label: null, decimals: null, limits: {} };

/** A tag as the plant has it, with its limits while a product is made. */
export function tagModel(plant: Plant, machine: string, tag: string, product: string | undefined): TagModel {
  const tags = plant.machine(machine)?.definition.tags;
  const known: Tag | undefined = tags !== undefined && Object.hasOwn(tags, tag) ? tags[tag] : undefined;
  if (known === undefined) return UNKNOWN;
  const { unit = null, label = null, decimals = null } = known;
  return { unit, label, decimals, limits: limitsFor(known, product) };
}

/** How a value stands to its limits: beyond an alarm's, outside the normal range, or neither; null: there are none. */
export function standing(value: unknown, limits: TagLimits): "normal" | "out" | "alarm" | null {
  const { min, max, alarm_low, alarm_high } = limits;
  if (typeof value !== "number" || Object.keys(limits).length === 0) return null;
  if (alarm_low !== undefined && value < alarm_low) return "alarm";
  if (alarm_high !== undefined && value > alarm_high) return "alarm";
  return (min !== undefined && value < min) || (max !== undefined && value > max) ? "out" : "normal";
}
