import { ConcheError } from "../errors/conche-error.ts";
import type { PlantLine, PlantMachine } from "../plant/plant.ts";
import type { MachineModelName, SimulationOf } from "../plant/schema/simulation/machine-simulation.ts";

/** A machine with the parameters of its model. */
export interface ModelledMachine<Name extends MachineModelName> {
  readonly machine: PlantMachine;
  readonly parameters: SimulationOf<Name>;
}

/** The machines of a line that are simulated by a model, in the order of the plant file. */
export function machinesOf<Name extends MachineModelName>(
  line: PlantLine,
  name: Name,
): ModelledMachine<Name>[] {
  return line.machines.flatMap((machine) => {
    const parameters = machine.definition.simulation;
    return isOf(parameters, name) ? [{ machine, parameters }] : [];
  });
}

/**
 * The one machine of a line with a model; of conches the first.
 *
 * @throws ConcheError CONCHE_PLANT_INVALID where the line has none: it isn't simulated
 */
export function machineOf<Name extends MachineModelName>(line: PlantLine, name: Name): ModelledMachine<Name> {
  const [machine] = machinesOf(line, name);
  if (machine === undefined) throw notSimulated(line);
  return machine;
}

function isOf<Name extends MachineModelName>(
  parameters: { readonly model: MachineModelName } | undefined,
  name: Name,
): parameters is SimulationOf<Name> {
  return parameters?.model === name;
}

/** The error of a line that the plant file has, but doesn't say how to simulate. */
export function notSimulated(line: PlantLine): ConcheError {
  return new ConcheError("CONCHE_PLANT_INVALID", {
    message: `line ${line.definition.id} of site ${line.site.id} can't be simulated: its machines have no simulation`,
    hint: "give its machines a simulation as in plants/chocolate.yaml, or simulate another line",
  });
}
