import { FLAG_NAMES, MESSAGE_FLAG } from "../contract/policy.ts";
import { isDesk, type UpTopic } from "../contract/topic.ts";
import { nearestName } from "../errors/nearest-name.ts";
import type { Plant, PlantMachine } from "./plant.ts";
import type { Tag } from "./schema/tag.ts";

/** What doesn't fit the plant model, and its flag's name. */
export interface PlausibilityFinding {
  readonly flag: string;
  readonly about: string;
}

/** Holds payloads against a plant: for every message that comes in. */
export function plausibilityOf(plant: Plant): (topic: UpTopic, payload: unknown) => number {
  const plausibility = new Plausibility(plant);
  return (topic, payload) => plausibility.flags(topic, payload);
}

/** What a payload says as far as it is held against the plant; a payload that its schema took. */
interface Claims {
  readonly product_type?: unknown;
  readonly batch_id?: unknown;
  readonly tags?: Readonly<Record<string, unknown>>;
}

/** How a tag's values are looked at. */
interface TagRule {
  readonly isNumber: boolean;
  readonly words: ReadonlySet<string> | undefined;
  readonly low: number;
  readonly high: number;
}

/** A value so many times beyond all limits of its tag is none: a decimal point is lost, or a sensor is broken. */
const BEYOND_LIMITS = 10;

/**
 * Holds what machines say against the plant model. What doesn't fit is flagged and stored all the same: the model may
 * be what is wrong. Pure; keeps the rules of the machines that it was asked about.
 */
export class Plausibility {
  readonly #plant: Plant;
  readonly #sites: ReadonlySet<string>;
  readonly #batchForm: RegExp | undefined;
  readonly #rules = new Map<string, ReadonlyMap<string, TagRule> | undefined>();

  constructor(plant: Plant) {
    this.#plant = plant;
    this.#sites = new Set(plant.document.sites.map(({ id }) => id));
    const { batch_ids } = plant.document;
    this.#batchForm = batch_ids === undefined ? undefined : new RegExp(`^(?:${batch_ids.pattern})$`, "u");
  }

  /** Whether the plant has a machine of this address. */
  knowsMachine(key: string): boolean {
    return this.#plant.hasMachine(key);
  }

  /** Bits of MESSAGE_FLAG. */
  flags(topic: UpTopic, payload: unknown): number {
    const rules = this.#rulesOf(topic);
    let flags = 0;
    if (rules === undefined && !this.#sites.has(topic.site)) flags |= MESSAGE_FLAG.UNKNOWN_SITE;
    const { product_type, batch_id, tags } = payload as Claims;
    if (typeof product_type === "string" && this.#plant.product(product_type) === undefined)
      flags |= MESSAGE_FLAG.UNKNOWN_PRODUCT;
    if (typeof batch_id === "string" && this.#batchForm?.test(batch_id) === false)
      flags |= MESSAGE_FLAG.BATCH_FORM;
    if (rules === undefined || topic.type !== "telemetry" || tags === undefined) return flags;
    for (const name of Object.keys(tags)) flags |= flagsOf(rules.get(name), tags[name]);
    return flags;
  }

  /** The same in words, a line for each thing that doesn't fit. */
  findings(topic: UpTopic, payload: unknown): PlausibilityFinding[] {
    const { product_type, batch_id, tags } = payload as Claims;
    const rules = this.#rulesOf(topic);
    const found: PlausibilityFinding[] = [];
    const add = (bit: number, about: string) => {
      const flag = FLAG_NAMES.find(([known]) => known === bit)?.[1];
      if (flag !== undefined) found.push({ flag, about });
    };
    const { document } = this.#plant;
    if (rules === undefined) {
      if (!isDesk(topic.machineKey)) {
        const machines = this.#plant.machines.map(({ key }) => key);
        add(
          MESSAGE_FLAG.UNKNOWN_MACHINE,
          `the plant has no ${topic.machineKey}${nearest(topic.machineKey, machines)}`,
        );
      }
      if (!this.#sites.has(topic.site)) {
        const sites = [...this.#sites];
        add(
          MESSAGE_FLAG.UNKNOWN_SITE,
          `the plant has no site ${topic.site}; its sites are ${sites.join(", ")}`,
        );
      }
    }
    if (typeof product_type === "string" && this.#plant.product(product_type) === undefined) {
      const products = document.products.map(({ id }) => id);
      add(
        MESSAGE_FLAG.UNKNOWN_PRODUCT,
        `the plant makes no ${product_type}; its products are ${products.join(", ")}`,
      );
    }
    if (typeof batch_id === "string" && this.#batchForm?.test(batch_id) === false)
      add(MESSAGE_FLAG.BATCH_FORM, `${batch_id} hasn't the form of ${document.batch_ids?.example ?? ""}`);
    if (rules === undefined || topic.type !== "telemetry" || tags === undefined) return found;
    for (const [name, reading] of Object.entries(tags)) {
      const bit = flagsOf(rules.get(name), reading);
      if (bit !== 0) add(bit, tagInWords(name, reading, rules));
    }
    return found;
  }

  #rulesOf({ machineKey }: UpTopic): ReadonlyMap<string, TagRule> | undefined {
    const machine = this.#plant.machine(machineKey);
    // Only machines of the plant are kept: their number has a bound.
    if (machine === undefined) return undefined;
    const known = this.#rules.get(machineKey);
    if (known !== undefined) return known;
    const made = rulesOf(machine);
    this.#rules.set(machineKey, made);
    return made;
  }
}

function rulesOf({ definition }: PlantMachine): ReadonlyMap<string, TagRule> {
  return new Map(Object.entries(definition.tags).map(([name, tag]) => [name, ruleOf(tag)]));
}

function ruleOf(tag: Tag): TagRule {
  const limits = [tag, ...Object.values(tag.by_product ?? {})].flatMap(
    ({ min, max, alarm_low, alarm_high }) =>
      [min, max, alarm_low, alarm_high].filter((limit) => limit !== undefined),
  );
  const most =
    limits.length === 0 ? Number.POSITIVE_INFINITY : BEYOND_LIMITS * Math.max(...limits.map(Math.abs));
  // Limits of nothing but zero say nothing of what is possible.
  const bound = most === 0 ? Number.POSITIVE_INFINITY : most;
  return {
    isNumber: tag.values === undefined && (tag.unit !== undefined || limits.length > 0),
    words: tag.values === undefined ? undefined : new Set(tag.values),
    low: tag.possible?.[0] ?? -bound,
    high: tag.possible?.[1] ?? bound,
  };
}

function flagsOf(rule: TagRule | undefined, reading: unknown): number {
  if (rule === undefined) return MESSAGE_FLAG.UNKNOWN_TAG;
  const value = measured(reading);
  if (typeof value === "number")
    return value < rule.low || value > rule.high || rule.words !== undefined
      ? MESSAGE_FLAG.IMPLAUSIBLE_VALUE
      : 0;
  if (typeof value !== "string") return 0;
  if (rule.isNumber) return MESSAGE_FLAG.NOT_A_NUMBER;
  return rule.words === undefined || rule.words.has(value) ? 0 : MESSAGE_FLAG.IMPLAUSIBLE_VALUE;
}

/** What is measured, without its quality; null where a sensor shows nothing. */
function measured(reading: unknown): unknown {
  return typeof reading === "object" && reading !== null
    ? (reading as { readonly value?: unknown }).value
    : reading;
}

function tagInWords(name: string, reading: unknown, rules: ReadonlyMap<string, TagRule>): string {
  const rule = rules.get(name);
  if (rule === undefined) return `the machine has no tag ${name}${nearest(name, [...rules.keys()])}`;
  const value = JSON.stringify(measured(reading));
  if (rule.words !== undefined) return `${name} is ${value}; its words are ${[...rule.words].join(", ")}`;
  if (typeof measured(reading) === "string") return `${name} is text, ${value}; it is a number in the plant`;
  return `${name} is ${value}; it can be from ${rule.low} to ${rule.high}`;
}

function nearest(name: string, names: readonly string[]): string {
  const found = nearestName(name, names);
  return found === undefined ? "" : `; did you mean ${found}?`;
}
