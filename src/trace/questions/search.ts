import type { ViewRow, ViewTable } from "../../views/view-table.ts";
import { BATCH_MOMENTS, LOTS } from "../genealogy/genealogy-tables.ts";
import { PACK_CODES, UNITS } from "../genealogy/unit-tables.ts";
import type { Subject } from "./find-subject.ts";
import type { Genealogy } from "./genealogy.ts";

/** Something whose name begins with what was typed. */
export interface Match {
  readonly kind: Subject["kind"];
  readonly id: string;
}

/** GS1-128 writes the application identifier 00 before an SSCC, with or without parentheses. */
const SSCC_PREFIX = /^\(?00\)?(?=\d{6})/;

/** Lots, batches, pallets, cases and pack codes whose id begins so, `most` of each kind. */
export function search({ reading }: Genealogy, typed: string, most: number): Match[] {
  const text = typed.trim();
  if (text === "") return [];
  const names = <Row extends ViewRow>(table: ViewTable<Row>, of: (row: Row) => string, from: string) => {
    const found: Row[] = [];
    let next = from;
    while (found.length < most) {
      const [row] = reading.rows(table).range({ from: next, limit: 1 });
      if (row === undefined || !of(row).startsWith(from)) break;
      found.push(row);
      // The least that comes after every row of this name.
      next = `${of(row)}\u0001`;
    }
    return found;
  };
  const units = (from: string) => names(UNITS, ({ unit }) => unit, from);
  const bare = text.replace(SSCC_PREFIX, "");
  return [
    ...names(BATCH_MOMENTS, ({ batch }) => batch, text).map(({ batch }) => ({
      kind: "batch" as const,
      id: batch,
    })),
    ...names(LOTS, ({ lot }) => lot, text).map(({ lot }) => ({ kind: "lot" as const, id: lot })),
    ...[...units(text), ...(bare === text ? [] : units(bare))].map(({ unit, kind }) => ({
      kind: kind === "pallet" ? ("pallet" as const) : ("case" as const),
      id: unit,
    })),
    ...names(PACK_CODES, ({ code }) => code, text).map(({ code }) => ({
      kind: "pack_code" as const,
      id: code,
    })),
  ];
}
