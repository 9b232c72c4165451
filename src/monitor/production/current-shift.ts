import type { PlantLine } from "../../plant/plant.ts";
import type { ProductionSource } from "./machine-record.ts";
import { lineProduction, type ProductionReport } from "./production-report.ts";
import { shiftsIn } from "./shift-calendar.ts";

const DAY_MS = 86_400_000;

/** A line's shift so far. */
export interface CurrentShift {
  readonly name: string;
  readonly fromMs: number;
  readonly report: ProductionReport;
}

/** The shift that a line is in, with its figures; undefined outside shifts, or where the line has no rated machine. */
export function currentShift(source: ProductionSource, line: PlantLine): CurrentShift | undefined {
  const { nowMs } = source;
  const { timezone = "UTC", shifts = [] } = line.site;
  const shift = shiftsIn({ timezone, shifts }, { fromMs: nowMs - DAY_MS, toMs: nowMs + 1 }).at(-1);
  if (shift === undefined || shift.toMs <= nowMs) return undefined;
  const report = lineProduction(source, line, { fromMs: shift.fromMs, toMs: nowMs }, "shift");
  return report === undefined ? undefined : { name: shift.name, fromMs: shift.fromMs, report };
}
