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

/** The one machine of a line with a model; of conches the first. The checks of the plant have seen it to be there. */
export function machineOf<Name extends MachineModelName>(line: PlantLine, name: Name): ModelledMachine<Name> {
  const [machine] = machinesOf(line, name);
  if (machine === undefined)
    throw new RangeError(`line ${line.definition.id} has no machine with model ${name}`);
  return machine;
}

function isOf<Name extends MachineModelName>(
  parameters: { readonly model: MachineModelName } | undefined,
  name: Name,
): parameters is SimulationOf<Name> {
  return parameters?.model === name;
}
