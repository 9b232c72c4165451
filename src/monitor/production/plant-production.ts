import { type ChosenLevels, chosenMachines } from "../../plant/chosen-machines.ts";
import type { Plant } from "../../plant/plant.ts";
import type { Span } from "../span.ts";
import type { ProductionSource } from "./machine-record.ts";
import {
  type Grouping,
  lineProduction,
  machineProduction,
  type ProductionReport,
} from "./production-report.ts";

/** Reports on what was chosen of a plant. */
export interface PlantProduction {
  readonly reports: readonly ProductionReport[];
  /** Lines, `<site>/<line>`, for which the plant file gives no rated speed. */
  readonly notRated: readonly string[];
}

/**
 * One report a line that fits, or one a machine where a machine is asked for; nothing at all where nothing fits.
 * `onEach` is called before each: it may throw to end what takes too long.
 */
export function plantProduction(
  source: ProductionSource,
  plant: Plant,
  chosen: ChosenLevels,
  span: Span,
  grouping: Grouping,
  onEach: () => void = () => {},
): PlantProduction {
  const fits = chosenMachines(chosen);
  const reports: ProductionReport[] = [];
  const notRated: string[] = [];
  for (const line of plant.lines) {
    const members = line.machines.filter(({ key }) => fits(key));
    if (members.length === 0) continue;
    onEach();
    if (chosen.machine !== undefined) {
      for (const machine of members) reports.push(machineProduction(source, line, machine, span, grouping));
      continue;
    }
    const report = lineProduction(source, line, span, grouping);
    if (report === undefined) notRated.push(`${line.site.id}/${line.definition.id}`);
    else reports.push(report);
  }
  return { reports, notRated };
}
