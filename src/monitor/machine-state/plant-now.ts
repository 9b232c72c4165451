import { isDesk } from "../../contract/topic.ts";
import { type ChosenLevels, chosenMachines, inProcessOrder } from "../../plant/chosen-machines.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { type BatchInWork, batchesInWork } from "./line-now.ts";
import { type MachineNow, machinesNow } from "./machines-now.ts";
import { silenceOf } from "./silence.ts";

/** A line at present: every machine that the plant file has on it or that has spoken for it, but no desk. */
export interface LineNow {
  /** `<site>/<line>` */
  readonly line: string;
  readonly name: string | null;
  /** In the order of the process. */
  readonly machines: readonly MachineNow[];
  readonly batches: readonly BatchInWork[];
}

/** The lines of a plant at present. A machine that was never heard of is there, too: nothing known is something. */
export function plantNow(
  plant: Plant,
  reading: ViewReading,
  nowMs: number,
  chosen: ChosenLevels = {},
): LineNow[] {
  const heard = machinesNow(reading, { nowMs, silentAfterMs: silenceOf(plant) }).filter(
    ({ machine }) => !isDesk(machine) || plant.hasMachine(machine),
  );
  const known = new Set(heard.map(({ machine }) => machine));
  const never = plant.machines.filter(({ key }) => !known.has(key)).map(({ key }) => neverHeard(key));
  const fits = chosenMachines(chosen);
  const machines = inProcessOrder(
    plant,
    [...heard, ...never].filter(({ machine }) => fits(machine)),
  );
  const lines = Map.groupBy(machines, ({ machine }) => lineOf(machine));
  return [...lines].map(([line, members]) => {
    const [site = "", id = ""] = line.split("/");
    const name = plant.line(site, id)?.definition.name ?? null;
    return { line, name, machines: members, batches: batchesInWork(members) };
  });
}

/** `<site>/<line>` of a machine key. */
function lineOf(machine: string): string {
  return machine.slice(0, machine.indexOf("/", machine.indexOf("/") + 1));
}

function neverHeard(machine: string): MachineNow {
  return {
    machine,
    state: "unknown",
    unknownWhy: "not_said",
    sinceMs: null,
    lastTold: null,
    mode: null,
    reason: null,
    connected: null,
    lastSeen: {},
    lastReceivedMs: null,
    product: null,
    batch: null,
  };
}
