import { Type } from "typebox";
import { isoTime } from "../../../time/iso-time.ts";
import type { LotRow } from "../../../trace/genealogy/genealogy-tables.ts";
import { restMg, totalMg } from "../../../trace/genealogy/lot-row.ts";
import { kilograms } from "../../../trace/genealogy/mass.ts";
import { Time } from "../../period.ts";
import { closed } from "../../route.ts";
import { orNull } from "../../schemas.ts";

const Text = Type.String();
/** A mass in an answer. */
export const Kg = Type.Number({ description: "Kilograms" });
/** A part of a mass in an answer. */
export const Share = Type.Number({ description: "Mass fraction, 0 to 1" });

/** A lot as every answer about traceability shows it. */
export const Lot = closed({
  lot: Text,
  material: orNull(Text),
  kind: orNull(Type.String({ description: "ingredient, packaging, intermediate, finished, rework, flush" })),
  product: orNull(Text),
  batch_id: orNull(Text),
  made_at: orNull(Time),
  total_kg: Kg,
  rest_kg: Type.Number({ description: "What is left of it by the books, kilograms" }),
});

/** A lot as answers show it; its masses in kilograms, of the milligrams that the view adds up. */
export function shownLot(row: LotRow) {
  return {
    lot: row.lot,
    material: row.material,
    kind: row.kind,
    product: row.product,
    batch_id: row.batch,
    made_at: isoOrNull(row.first_ms),
    total_kg: kilograms(totalMg(row)),
    rest_kg: kilograms(restMg(row)),
  };
}

/** A time in ISO 8601, UTC; null stays null. */
export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}

/** The query parameter that a printed pack code comes with. */
export const AT = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 40,
    description: "The time printed beside a pack code: ISO 8601 with a zone",
  }),
);
