import { ConcheError } from "../../errors/conche-error.ts";
import { allCurrentValues, type MachineValues } from "../../monitor/tags/current-values.ts";
import { machineMeant } from "../../plant/machine-meant.ts";
import type { ViewReading } from "../../views/view-table.ts";

/**
 * The machine that is meant: by its name, or by its address `<site>/<line>/<step>/<machine>`.
 * @throws ConcheError CONCHE_USAGE where no machine or several are
 */
export function machineNamed(views: ViewReading, text: string): MachineValues {
  const all = [...allCurrentValues(views)];
  const meant = all.filter(({ machine }) => machine === text || machine.endsWith(`/${text}`));
  const [only, another] = meant;
  if (only !== undefined && another === undefined) return only;
  if (only !== undefined) {
    throw new ConcheError("CONCHE_USAGE", {
      message: `'${text}' can be ${meant.map(({ machine }) => machine).join(" or ")}`,
      hint: "give the whole address",
    });
  }
  const names = all.slice(0, 12).map(({ machine }) => machine.split("/").at(-1));
  throw new ConcheError("CONCHE_USAGE", {
    message: `no telemetry of a machine '${text}' is known${machineMeant(
      text,
      all.map(({ machine }) => machine),
    )}`,
    hint:
      names.length === 0
        ? "no telemetry is in the views yet: `conche views` says how far they are"
        : `there is ${names.join(", ")}`,
  });
}
