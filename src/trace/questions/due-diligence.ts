import type { BatchEventOf } from "../../contract/schemas/batch-v2.ts";
import { MENTIONS } from "../genealogy/genealogy-tables.ts";
import { restMg, totalMg } from "../genealogy/lot-row.ts";
import { ABOUTS } from "../genealogy/unit-tables.ts";
import { findSubject } from "./find-subject.ts";
import { type Genealogy, isEvent } from "./genealogy.ts";
import { trace } from "./trace.ts";

type Statement = NonNullable<BatchEventOf<"LOT_RECEIVED">["due_diligence"]>[number];

/** A cocoa lot that goods may have a part of, and what covers it. */
export interface CocoaLot {
  readonly lot: string;
  readonly material: string;
  readonly supplier: string;
  readonly receivedMs: number;
  readonly country: string | null;
  /** Mass fraction of the goods that was made of it. */
  readonly share: number;
  readonly statements: readonly Statement[];
}

/** What Regulation (EU) 2023/1115 asks of goods: the statements of all cocoa with a possible part in them. */
export interface DueDiligence {
  readonly goods: readonly string[];
  readonly lots: readonly CocoaLot[];
  /** Cocoa lots without any reference. */
  readonly uncovered: readonly string[];
  readonly references: readonly string[];
  /** References that went out with the shipment, where it is one; null for other goods. */
  readonly passedOn: readonly string[] | null;
  /** Lots whose origin nobody told: what they are made of can't be said. */
  readonly unknownOrigin: readonly string[];
}

const MOST = 100_000;

/** Cocoa is what comes under HS 1801 to 1806, or is called so. */
function isCocoa(material: string, statements: readonly Statement[]): boolean {
  return statements.length > 0 || material.toLowerCase().includes("cocoa");
}

/** The due diligence of a lot, pallet, batch, pack code or shipment; undefined for what nobody has heard of. */
export function dueDiligence(genealogy: Genealogy, id: string): DueDiligence | undefined {
  const shipment = shipped(genealogy, id);
  const subject = findSubject(genealogy, id);
  if (shipment === undefined && subject === undefined) return undefined;
  const goods = shipment ?? { units: subject?.units ?? [], lots: subject?.lots ?? [], references: null };
  const { nodes } = trace(genealogy, goods, "up", { most: MOST });
  const lots: CocoaLot[] = [];
  // A batch that nobody told the material of is not one without cocoa.
  const unknownOrigin: string[] = goods.units.length + goods.lots.length === 0 ? [id] : [];
  for (const { kind, id: lot, share, lot: row } of nodes) {
    if (kind !== "lot" || row === undefined) continue;
    if (row.received === 0) {
      if (row.sources === 0) unknownOrigin.push(lot);
      continue;
    }
    const event = receipt(genealogy, lot);
    if (event === undefined) continue;
    const { material, supplier, due_diligence: statements = [], country = null } = event.body;
    if (!isCocoa(material, statements)) continue;
    lots.push({ lot, material, supplier, receivedMs: event.atMs, country, share, statements });
  }
  lots.sort((a, b) => b.share - a.share || (a.lot < b.lot ? -1 : 1));
  return {
    goods: [...goods.units, ...(goods.units.length === 0 ? goods.lots : [])],
    lots,
    uncovered: lots.filter(({ statements }) => statements.length === 0).map(({ lot }) => lot),
    references: [...new Set(lots.flatMap(({ statements }) => statements.map(({ reference }) => reference)))],
    passedOn: goods.references,
    unknownOrigin,
  };
}

/** A cocoa lot as it came in, whatever became of it. */
export type ReceivedCocoa = Omit<CocoaLot, "share"> & { readonly mg: number; readonly restMg: number };

/** The cocoa that came in within a span, newest first. */
export function cocoaReceived(
  genealogy: Genealogy,
  span: { readonly fromMs?: number; readonly toMs?: number },
): ReceivedCocoa[] {
  const lots: ReceivedCocoa[] = [];
  for (const { body, atMs } of genealogy.events("LOT_RECEIVED", span)) {
    genealogy.spend();
    const { lot_id: lot, material, supplier, due_diligence: statements = [], country = null } = body;
    if (!isCocoa(material, statements)) continue;
    const row = genealogy.lot(lot);
    const [mg, left] = row === undefined ? [0, 0] : [totalMg(row), restMg(row)];
    lots.push({ lot, material, supplier, receivedMs: atMs, country, statements, mg, restMg: left });
  }
  return lots.reverse();
}

/** What went out with a shipment, and the references passed on with it; undefined for what is none. */
export function shipped(genealogy: Genealogy, id: string) {
  for (const { id: message, event } of genealogy.reading.rows(ABOUTS).range({ prefix: [id] })) {
    const said = event === "SHIPPED" ? genealogy.event(message) : undefined;
    if (!isEvent(said, "SHIPPED")) continue;
    const { units = [], lots = [], due_diligence_references = [] } = said.body;
    return { units, lots, references: due_diligence_references };
  }
  return undefined;
}

function receipt(genealogy: Genealogy, lot: string) {
  for (const { id, role } of genealogy.reading.rows(MENTIONS).range({ prefix: [lot] })) {
    const event = role === "received" ? genealogy.event(id) : undefined;
    if (isEvent(event, "LOT_RECEIVED")) return event;
  }
  return undefined;
}

/** The plots as GeoJSON (RFC 7946), as the EU's information system takes them: a polygon, or a point up to 4 ha. */
export function plotsOf(lots: readonly Pick<CocoaLot, "lot" | "statements">[]) {
  const features = lots.flatMap(({ lot, statements }) =>
    statements.flatMap(({ reference, plots = [] }) =>
      plots.map(({ plot_id, country, area_ha, latitude, longitude, polygon }) => ({
        type: "Feature" as const,
        properties: {
          lot,
          reference,
          country,
          ...(plot_id === undefined ? {} : { plot_id }),
          ...(area_ha === undefined ? {} : { area_ha }),
        },
        geometry:
          polygon === undefined
            ? { type: "Point" as const, coordinates: [longitude ?? 0, latitude ?? 0] }
            : { type: "Polygon" as const, coordinates: [polygon] },
      })),
    ),
  );
  return { type: "FeatureCollection" as const, features };
}
