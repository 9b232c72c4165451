import type { MachineNow } from "./machines-now.ts";

/** A batch in work on a line, with the machines that hold it in the order of the process. */
export interface BatchInWork {
  readonly product: string | null;
  readonly batch: string | null;
  /** Keys of machines. */
  readonly machines: readonly string[];
}

/**
 * The batches in work on one line, the newest (at the begin of the process) first. `machines` are the line's, in the
 * order of the process; gateways and controllers (steps s0) hold none.
 */
export function batchesInWork(machines: readonly MachineNow[]): BatchInWork[] {
  const found: { product: string | null; batch: string | null; machines: string[] }[] = [];
  for (const { machine, product, batch } of machines) {
    if (isBesideProcess(machine) || (product === null && batch === null)) continue;
    const known = found.find((entry) => entry.batch === batch && entry.product === product);
    if (known === undefined) found.push({ product, batch, machines: [machine] });
    else known.machines.push(machine);
  }
  return found;
}

/** Whether a machine stands beside the process: a gateway, a line controller, a desk (steps s0_…). */
export function isBesideProcess(machine: string): boolean {
  return machine.startsWith("/s0_", machine.indexOf("/", machine.indexOf("/") + 1));
}
