import type { ViewReading } from "../../views/view-table.ts";
import { LOTS } from "../genealogy/genealogy-tables.ts";
import { UNITS } from "../genealogy/unit-tables.ts";

/** Which of the goods that somebody names no message has spoken of: `lot L1`, `unit 34…`. */
export function goodsUnheardOf(
  reading: ViewReading,
  {
    lots = [],
    units = [],
  }: { readonly lots?: readonly string[] | undefined; readonly units?: readonly string[] | undefined },
): string[] {
  const isMade = (unit: string) => [...reading.rows(UNITS).range({ prefix: [unit], limit: 1 })].length > 0;
  return [
    ...lots.filter((lot) => reading.rows(LOTS).get(lot) === undefined).map((lot) => `lot ${lot}`),
    ...units.filter((unit) => !isMade(unit)).map((unit) => `unit ${unit}`),
  ];
}
