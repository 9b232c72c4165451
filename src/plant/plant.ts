import { type MachineAddress, type MachineKey, machineAddress, machineKeyOf } from "../contract/topic.ts";
import type { Line } from "./schema/line.ts";
import type { Machine } from "./schema/machine.ts";
import type { PlantDocument, Site } from "./schema/plant-document.ts";
import type { Product } from "./schema/product.ts";

/** A machine with its address. */
export interface PlantMachine {
  readonly address: MachineAddress;
  readonly key: MachineKey;
  readonly definition: Machine;
  /** Its position among all machines of the plant, from 0. */
  readonly index: number;
}

/** A line with its site and its machines. */
export interface PlantLine {
  readonly site: Site;
  readonly definition: Line;
  readonly machines: readonly PlantMachine[];
  /** Its position among all lines of the plant, from 0. */
  readonly index: number;
  /** Its position among the lines of its site, from 0. */
  readonly indexInSite: number;
}

/** A plant model that has been checked: what the file says, and ways to find things in it. */
export interface Plant {
  readonly document: PlantDocument;
  readonly lines: readonly PlantLine[];
  readonly machines: readonly PlantMachine[];
  /** Whether the plant has a machine of this address, `<site>/<line>/<step>/<machine>`. */
  hasMachine(key: string): boolean;
  machine(key: string): PlantMachine | undefined;
  line(site: string, line: string): PlantLine | undefined;
  product(id: string): Product | undefined;
}

/** Makes the plant of a document that has no findings (readPlant looks for them). */
export function plantOf(document: PlantDocument): Plant {
  const lines: PlantLine[] = [];
  let index = 0;
  for (const site of document.sites) {
    site.lines.forEach((definition, indexInSite) => {
      const machines = definition.machines.map((machine) =>
        plantMachine(site.id, definition.id, machine, index++),
      );
      lines.push({ site, definition, machines, index: lines.length, indexInSite });
    });
  }
  const machines = lines.flatMap((line) => line.machines);
  const byKey = new Map<string, PlantMachine>(machines.map((machine) => [machine.key, machine]));
  const lineByKey = new Map(lines.map((line) => [`${line.site.id}/${line.definition.id}`, line]));
  const productById = new Map(document.products.map((product) => [product.id, product]));
  return {
    document,
    lines,
    machines,
    hasMachine: (key) => byKey.has(key),
    machine: (key) => byKey.get(key),
    line: (site, line) => lineByKey.get(`${site}/${line}`),
    product: (id) => productById.get(id),
  };
}

function plantMachine(site: string, line: string, definition: Machine, index: number): PlantMachine {
  const address = machineAddress(site, line, definition.step, definition.id);
  // A document with findings never gets here.
  if ("detail" in address)
    throw new TypeError(`${site}/${line}/${definition.step}/${definition.id}: ${address.detail}`);
  return { address, key: machineKeyOf(address), definition, index };
}
