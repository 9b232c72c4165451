import { MENTIONS } from "../genealogy/genealogy-tables.ts";
import { restMg, totalMg } from "../genealogy/lot-row.ts";
import { kilograms } from "../genealogy/mass.ts";
import { findSubject } from "../questions/find-subject.ts";
import { type Genealogy, isEvent } from "../questions/genealogy.ts";
import { trace } from "../questions/trace.ts";
import { holdsOnLot, whereIs } from "../questions/where-units-are.ts";
import { type LeftOut, listed } from "./left-out.ts";
import { type RecordedHold, recordedHolds } from "./recorded-holds.ts";

/** An input of the batch, with what its supplier said of it; share is of the input, 0 to 1. */
export interface RecordedLot {
  readonly lot: string;
  readonly material: string;
  readonly share: number;
  readonly supplier: string;
  readonly supplierLot: string;
  readonly certificate: string;
  readonly released: boolean;
  readonly holds: readonly string[];
}

/** A lot that the batch made. */
export interface RecordedOutput {
  readonly lot: string;
  readonly material: string;
  readonly totalKg: number;
  readonly restKg: number;
  readonly holds: readonly string[];
}

/** What a batch was made of, what it made, and the holds over both. */
export interface RecordedGoods {
  readonly ingredients: readonly RecordedLot[];
  readonly outputs: readonly RecordedOutput[];
  readonly holds: readonly RecordedHold[];
  readonly pallets: { readonly count: number; readonly kg: number; readonly shipped: number };
  readonly left: readonly LeftOut[];
}

const MOST_NODES = 100_000;

const NOTHING: RecordedGoods = {
  ...{ ingredients: [], outputs: [], holds: [], left: [] },
  pallets: { count: 0, kg: 0, shipped: 0 },
};

/** What the genealogy has of a batch; nothing where nobody keeps it, or where it doesn't know the batch. */
export function lotsOf(batch: string, genealogy: Genealogy | undefined): RecordedGoods {
  const subject = genealogy === undefined ? undefined : findSubject(genealogy, batch);
  if (genealogy === undefined || subject === undefined || subject.kind !== "batch") return NOTHING;
  const from = trace(genealogy, subject, "up", { most: MOST_NODES })
    .nodes.flatMap(({ id, lot, share }) =>
      lot === undefined || lot.received === 0 ? [] : { id, lot, share },
    )
    .sort((a, b) => b.share - a.share);
  const upwards = `conche trace ${batch} --up`;
  const ingredients = listed("ingredients", from, upwards);
  const made = subject.lots.flatMap((id) => genealogy.lot(id) ?? []);
  const outputs = listed("outputs", made, `conche log query --batch ${batch} --type batch --limit 1000000`);
  const holds = recordedHolds(
    genealogy,
    subject.lots,
    from.map(({ id }) => id),
  );
  const bars = made.filter(({ kind }) => kind === "finished").map(({ lot }) => lot);
  const pallets = trace(genealogy, { lots: bars, units: [] }, "down", {
    most: MOST_NODES,
    depth: 1,
  }).nodes.filter(({ unit }) => unit?.kind === "pallet");
  return {
    ingredients: ingredients.rows.map(({ id, lot, share }) => ({
      lot: id,
      material: lot.material ?? "",
      share,
      ...receiptOf(genealogy, id),
      holds: holdsOnLot(genealogy, id),
    })),
    outputs: outputs.rows.map((lot) => ({
      lot: lot.lot,
      material: lot.material ?? lot.kind ?? "",
      totalKg: kilograms(totalMg(lot)),
      restKg: kilograms(restMg(lot)),
      holds: holdsOnLot(genealogy, lot.lot),
    })),
    holds: holds.rows,
    pallets: {
      count: pallets.length,
      kg: pallets.reduce((sum, { unit }) => sum + kilograms(unit?.mg ?? 0), 0),
      shipped: pallets.filter(({ id }) => whereIs(genealogy, id).place === "shipped").length,
    },
    left: [...ingredients.left, ...outputs.left, ...holds.left],
  };
}

function receiptOf(genealogy: Genealogy, lot: string) {
  let released = false;
  let found = { supplier: "", supplierLot: "", certificate: "" };
  for (const { id, role } of genealogy.reading.rows(MENTIONS).range({ prefix: [lot] })) {
    const event = role === "received" || role === "released" ? genealogy.event(id) : undefined;
    if (isEvent(event, "LOT_RECEIVED")) {
      const { supplier, supplier_lot = "", certificate = "" } = event.body;
      found = { supplier, supplierLot: supplier_lot, certificate };
    } else if (isEvent(event, "RELEASE") && event.body.decision === "released") released = true;
  }
  return { ...found, released };
}
