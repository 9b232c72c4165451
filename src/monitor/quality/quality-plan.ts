import type { Plant } from "../../plant/plant.ts";
import type { CharacteristicDefinition } from "../../plant/schema/quality.ts";
import type { Treatment } from "./autocorrelation.ts";
import type { Specification } from "./capability.ts";
import type { ChartKind } from "./chart-limits.ts";
import { type ContentLimits, contentLimits } from "./net-content.ts";
import type { SampleRow } from "./quality-tables.ts";
import type { RuleSet } from "./runs-rules.ts";

/** How a characteristic of a product is judged, with every default filled in. */
export interface CharacteristicPlan {
  /** Null where a control chart would say nothing. */
  readonly chart: ChartKind | null;
  readonly rules: RuleSet;
  /** At most one sample in so much time is charted. */
  readonly everyMs: number;
  /** Control limits come from the samples since then; undefined: from the first ones kept. */
  readonly limitsFromMs: number | undefined;
  /** Samples that make the limits. */
  readonly limitsSamples: number;
  /** What is done when values hang together; undefined: residuals where they do. */
  readonly treatment: Treatment | undefined;
  readonly specification: Specification;
  /** Where the specification comes from. */
  readonly specificationFrom: "plant" | "results" | "net_content" | null;
  /** The legal limits of the pack's content, where it is that. */
  readonly content: ContentLimits | undefined;
  /** Pieces below it are rejected after they were weighed; undefined: none are. */
  readonly gateLower: number | undefined;
}

/** More often than this nobody looks at a chart, and false alarms come by the day instead of by the week. */
const EVERY_MS = 480_000;
/**
 * ISO 7870-2 and AIAG SPC ask for 25 subgroups or 100 values at least. Limits from so few are uncertain, and run rules
 * then give twice as many false alarms as they should: 100 samples (Quesenberry, Journal of Quality Technology 25, 1993).
 */
const LIMITS_SAMPLES = 100;

/** The plan of a characteristic, from the plant file and from what its samples look like. */
export function planOf(
  plant: Plant | undefined,
  machine: string,
  characteristic: string,
  newest: SampleRow,
): CharacteristicPlan {
  const definition = definitionOf(plant, machine, characteristic);
  const content = definition?.net_content === true ? contentOf(plant, newest.product) : undefined;
  const single = newest.n < 2 || hasPlaces(newest);
  const chart = definition?.chart ?? (single ? "imr" : "xbar_r");
  return {
    chart: chart === "none" ? null : chart,
    rules: definition?.rules ?? "western_electric",
    everyMs: definition?.every_s === undefined ? EVERY_MS : definition.every_s * 1000,
    limitsFromMs: definition?.limits_from === undefined ? undefined : Date.parse(definition.limits_from),
    limitsSamples: definition?.limits_samples ?? LIMITS_SAMPLES,
    treatment: definition?.treatment,
    ...specificationOf(definition, newest, content),
    content,
    gateLower: definition?.gate_lower,
  };
}

/** What the plant file says of a characteristic: what names the machine goes before what doesn't. */
function definitionOf(
  plant: Plant | undefined,
  machine: string,
  characteristic: string,
): CharacteristicDefinition | undefined {
  const id = machine.split("/").at(-1);
  const named = (plant?.document.quality?.characteristics ?? []).filter(
    (definition) => definition.characteristic === characteristic,
  );
  return (
    named.find((definition) => definition.machine === id) ??
    named.find((definition) => definition.machine === undefined)
  );
}

function specificationOf(
  definition: CharacteristicDefinition | undefined,
  newest: SampleRow,
  content: ContentLimits | undefined,
): Pick<CharacteristicPlan, "specification" | "specificationFrom"> {
  const own = newest.product === null ? undefined : definition?.by_product?.[newest.product];
  const lower = own?.lower ?? definition?.lower;
  const upper = own?.upper ?? definition?.upper;
  if (lower !== undefined || upper !== undefined) {
    return { specification: { lower: lower ?? null, upper: upper ?? null }, specificationFrom: "plant" };
  }
  // The nominal weight is what the mean must reach; a single pack may weigh down to T1.
  if (content !== undefined) {
    return { specification: { lower: content.t1G, upper: null }, specificationFrom: "net_content" };
  }
  const specification = { lower: newest.lower, upper: newest.upper };
  const known = specification.lower !== null || specification.upper !== null;
  return { specification, specificationFrom: known ? "results" : null };
}

function contentOf(plant: Plant | undefined, product: string | null): ContentLimits | undefined {
  const nominal = product === null ? undefined : plant?.product(product)?.recipe?.phases.packaging.nominal_g;
  return nominal === undefined ? undefined : contentLimits(nominal);
}

/** Nozzles and lanes differ for good: what differs within such a sample says nothing of how samples differ. */
function hasPlaces(row: SampleRow): boolean {
  return row.n > 1 && /"(nozzle|lane)":/.test(row.results);
}
