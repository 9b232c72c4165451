import type { Plant, PlantMachine } from "../../plant/plant.ts";
import { type Level, ObjectTypes, type Relationship } from "./object-types.ts";

/** What an object of the address space stands for. */
export type Element =
  | { readonly kind: "level"; readonly machines: readonly PlantMachine[] }
  | { readonly kind: "machine"; readonly machine: PlantMachine }
  | { readonly kind: "tag"; readonly machine: PlantMachine; readonly tag: string };

/** An object as i3X has it, with what it stands for. Its id is its place: `tunis-01/line-a/s5_tempering/temper-01/temp_c`. */
export interface I3xObject {
  readonly elementId: string;
  readonly displayName: string;
  readonly description: string | undefined;
  readonly typeElementId: string;
  readonly parentId: string | null;
  readonly isComposition: boolean;
  readonly element: Element;
  /** Both directions of each relationship are there. */
  readonly related: ReadonlyMap<Relationship, readonly string[]>;
}

/** Everything that can be browsed: sites, lines, steps and machines by HasChildren, tags as components of machines. */
export class AddressSpace {
  readonly types: ObjectTypes;
  readonly objects: ReadonlyMap<string, I3xObject>;

  constructor(plant: Plant) {
    this.types = new ObjectTypes(plant);
    const found = new Map<string, I3xObject>();
    for (const { site, definition: line, machines } of plant.lines) {
      const all = plant.machines.filter(({ address }) => address.site === site.id);
      this.#addLevel(found, "Site", site.id, site.name, all);
      this.#addLevel(found, "Line", `${site.id}/${line.id}`, line.name, machines);
      for (const machine of machines) {
        const { step } = machine.address;
        const inStep = machines.filter(({ address }) => address.step === step);
        this.#addLevel(found, "Step", `${site.id}/${line.id}/${step}`, undefined, inStep);
        this.#addMachine(found, machine);
      }
    }
    this.objects = withChildren(found);
  }

  #addLevel(
    found: Map<string, I3xObject>,
    level: Level,
    elementId: string,
    name: string | undefined,
    machines: readonly PlantMachine[],
  ): void {
    if (found.has(elementId)) return;
    const parentId = parentOf(elementId);
    found.set(elementId, {
      elementId,
      displayName: name ?? elementId.slice(elementId.lastIndexOf("/") + 1),
      description: undefined,
      typeElementId: this.types.ofLevel(level),
      parentId,
      isComposition: false,
      element: { kind: "level", machines },
      related: new Map(parentId === null ? [] : [["HasParent", [parentId]]]),
    });
  }

  #addMachine(found: Map<string, I3xObject>, machine: PlantMachine): void {
    const { key, definition } = machine;
    const tags = Object.entries(definition.tags);
    const parentId = parentOf(key) as string; // a machine has levels above
    const components = tags.map(([tag]) => `${key}/${tag}`);
    found.set(key, {
      elementId: key,
      displayName: definition.name ?? machine.address.machine,
      description: undefined,
      typeElementId: this.types.ofMachine(machine),
      parentId,
      isComposition: tags.length > 0,
      element: { kind: "machine", machine },
      related: new Map<Relationship, string[]>([
        ["HasParent", [parentId]],
        ...(tags.length > 0 ? [["HasComponent", components] as const] : []),
      ]),
    });
    for (const [tag, { label, description }] of tags) {
      found.set(`${key}/${tag}`, {
        elementId: `${key}/${tag}`,
        displayName: label ?? tag,
        description,
        typeElementId: this.types.ofTag(machine, tag),
        parentId: key,
        isComposition: false,
        element: { kind: "tag", machine, tag },
        related: new Map([["ComponentOf", [key]]]),
      });
    }
  }
}

const spaces = new WeakMap<Plant, AddressSpace>();

/** The address space of a plant: it doesn't change while the plant doesn't. */
export function addressSpaceOf(plant: Plant): AddressSpace {
  const known = spaces.get(plant);
  if (known !== undefined) return known;
  const made = new AddressSpace(plant);
  spaces.set(plant, made);
  return made;
}

function parentOf(elementId: string): string | null {
  const end = elementId.lastIndexOf("/");
  return end < 0 ? null : elementId.slice(0, end);
}

function withChildren(found: ReadonlyMap<string, I3xObject>): Map<string, I3xObject> {
  const children = new Map<string, string[]>();
  for (const { elementId, parentId, element } of found.values()) {
    if (parentId === null || element.kind === "tag") continue;
    const known = children.get(parentId);
    if (known === undefined) children.set(parentId, [elementId]);
    else known.push(elementId);
  }
  return new Map(
    Array.from(found, ([elementId, object]) => {
      const below = children.get(elementId);
      const related = new Map(object.related);
      if (below !== undefined) related.set("HasChildren", below);
      return [elementId, { ...object, related }];
    }),
  );
}
