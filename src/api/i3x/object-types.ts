import { PACKML_STATES, STOP_CATEGORIES } from "../../contract/schemas/state-v2.ts";
import type { Plant, PlantMachine } from "../../plant/plant.ts";
import type { Tag } from "../../plant/schema/tag.ts";

/** The namespace of this product's levels and relationships, and that of the plant file's machines. */
export const CONCHE_NAMESPACE = "urn:conche:i3x";
const PLANT_NAMESPACE = "urn:conche:plant";

/** The namespaces of the address space: Conche's own types, and one type per kind of machine in the plant. */
export const NAMESPACES = [
  { uri: CONCHE_NAMESPACE, displayName: "Conche" },
  { uri: PLANT_NAMESPACE, displayName: "Machines of the plant" },
] as const;

/** An object type as i3X answers it. */
export interface ObjectType {
  readonly elementId: string;
  readonly displayName: string;
  readonly namespaceUri: string;
  readonly sourceTypeId: string;
  readonly version: string;
  /** JSON Schema of the values of its objects. */
  readonly schema: object;
}

/** The levels above a machine have one value: how many machines are below, and how many of them are in which case. */
const COUNTS_SCHEMA = {
  type: "object",
  properties: {
    machines: { type: "integer", description: "Machines below" },
    executing: { type: "integer", description: "Of them in the PackML state Execute" },
    standing: { type: "integer", description: "In any other known state" },
    unknown: { type: "integer", description: "Silent, disconnected, or never heard of" },
  },
  required: ["machines", "executing", "standing", "unknown"],
  additionalProperties: false,
};

const LEVELS = ["Site", "Line", "Step"] as const;
/** A level of the equipment hierarchy above the machine (ISA-95). */
export type Level = (typeof LEVELS)[number];

/** The types of a plant, and which of them its machines and tags are of. */
export class ObjectTypes {
  readonly all: readonly ObjectType[];
  readonly byId: ReadonlyMap<string, ObjectType>;
  readonly #kinds = new Map<string, string>();

  constructor({ machines }: Plant) {
    const types = LEVELS.map(levelType);
    const names = new Set<string>();
    for (const machine of machines) {
      const like = likeness(machine);
      if (this.#kinds.has(like)) continue;
      const kind = freeName(machine.definition.symbol ?? machine.address.step, names);
      names.add(kind);
      this.#kinds.set(like, kind);
      types.push(machineType(kind, machine));
      for (const [name, tag] of Object.entries(machine.definition.tags)) types.push(tagType(kind, name, tag));
    }
    this.all = types;
    this.byId = new Map(types.map((type) => [type.elementId, type]));
  }

  ofLevel(level: Level): string {
    return `type:${level}`;
  }

  ofMachine(machine: PlantMachine): string {
    return `type:${this.#kinds.get(likeness(machine))}`;
  }

  ofTag(machine: PlantMachine, tag: string): string {
    return `${this.ofMachine(machine)}/${tag}`;
  }
}

/** Whether the plant has the tag as words. */
export function isWords(tag: Tag): boolean {
  return tag.values !== undefined;
}

/** Machines that measure the same are of one kind. */
function likeness({ definition: { symbol, tags } }: PlantMachine): string {
  return JSON.stringify([symbol ?? "", tags]);
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let next = 2; taken.has(name); next++) name = `${wanted}-${next}`;
  return name;
}

function levelType(level: Level): ObjectType {
  return {
    elementId: `type:${level}`,
    displayName: level,
    namespaceUri: CONCHE_NAMESPACE,
    sourceTypeId: level,
    version: "1.0.0",
    schema: COUNTS_SCHEMA,
  };
}

function machineType(kind: string, { definition }: PlantMachine): ObjectType {
  const word = { type: ["string", "null"] };
  const tags = Object.entries(definition.tags).map(([name, tag]) => {
    const schema = tagSchema(tag);
    return [name, { ...schema, type: [schema.type, "null"] }] as const;
  });
  return {
    elementId: `type:${kind}`,
    displayName: kind,
    namespaceUri: PLANT_NAMESPACE,
    sourceTypeId: kind,
    version: "1.0.0",
    schema: {
      type: "object",
      properties: {
        state: { type: "string", enum: [...PACKML_STATES, "unknown"], description: "PackML state" },
        mode: { ...word, description: "PackML unit mode" },
        stopCategory: { type: ["string", "null"], enum: [...STOP_CATEGORIES, null] },
        stopCode: word,
        causedBy: { ...word, description: "elementId of the machine that starves or blocks it" },
        product: word,
        batch: word,
        connected: { type: ["boolean", "null"] },
        tags: {
          type: "object",
          description: "Newest values; with quality and time of their own they are the object's components",
          properties: Object.fromEntries(tags),
          additionalProperties: false,
        },
      },
      required: ["state"],
      additionalProperties: false,
    },
  };
}

function tagType(kind: string, name: string, tag: Tag): ObjectType {
  return {
    elementId: `type:${kind}/${name}`,
    displayName: tag.label ?? name,
    namespaceUri: PLANT_NAMESPACE,
    sourceTypeId: `${kind}/${name}`,
    version: "1.0.0",
    schema: tagSchema(tag),
  };
}

/** Limits are annotations: a value beyond one is still a value. */
function tagSchema(tag: Tag): { readonly type: "number" | "string" } & Record<string, unknown> {
  const { unit, description, min, max, alarm_low, alarm_high, by_product } = tag;
  const limits = JSON.parse(JSON.stringify({ min, max, alarm_low, alarm_high, by_product })) as object;
  return {
    type: isWords(tag) ? "string" : "number",
    ...(description === undefined ? {} : { description }),
    ...(unit === undefined ? {} : { "x-unit": unit }),
    ...(Object.keys(limits).length === 0 ? {} : { "x-limits": limits }),
    ...(tag.values === undefined ? {} : { "x-values": tag.values }),
  };
}

/** The relationships there are, each with its reverse. */
const REVERSES = {
  HasParent: "HasChildren",
  HasChildren: "HasParent",
  HasComponent: "ComponentOf",
  ComponentOf: "HasComponent",
} as const;

/** The relationships that objects have here, by their i3X element id. */
export type Relationship = keyof typeof REVERSES;

/** The relationship types as i3X lists them, each with its reverse. */
export const RELATIONSHIP_TYPES = Object.entries(REVERSES).map(([elementId, reverseOf]) => ({
  elementId,
  displayName: elementId,
  namespaceUri: CONCHE_NAMESPACE,
  relationshipId: elementId,
  reverseOf,
}));
