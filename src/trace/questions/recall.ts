import type { LotRow } from "../genealogy/genealogy-tables.ts";
import { restMg, totalMg } from "../genealogy/lot-row.ts";
import { OPEN_CASES, PALLETS } from "../genealogy/unit-tables.ts";
import { reach } from "../graph/reach.ts";
import { shares } from "../graph/shares.ts";
import type { Genealogy } from "./genealogy.ts";
import { type Customer, standingOf, type Whereabouts } from "./where-units-are.ts";

/** A lot with some of the suspected ones in it. */
export interface AffectedLot {
  readonly lot: LotRow;
  /** Mass fraction of the suspected lots in it. */
  readonly share: number;
  readonly depth: number;
  /** What is left of it by the books, mg; never below zero. */
  readonly restMg: number;
}

/** A case or pallet that a recall looks at, and what is to be done with it. */
export interface RecalledUnit {
  readonly unit: string;
  readonly kind: "pallet" | "case";
  readonly packedMs: number;
  readonly product: string | null;
  readonly lots: readonly string[];
  readonly mg: number;
  readonly share: number;
  readonly where: Whereabouts;
  readonly holds: readonly string[];
  readonly decision: "call_back" | "hold" | "none";
}

/** Where goods are, summed up. */
export interface RecallPlace {
  readonly customer: Customer | null;
  readonly shipments: readonly string[];
  readonly firstMs: number | null;
  readonly units: number;
  readonly mg: number;
}

/** The answer of a recall: what may have some of the suspected lots in it, and what becomes of it. */
export interface Recall {
  readonly suspected: readonly LotRow[];
  readonly unknown: readonly string[];
  readonly lots: readonly AffectedLot[];
  readonly units: readonly RecalledUnit[];
  readonly customers: readonly RecallPlace[];
  readonly stock: RecallPlace;
  /** Since the suspected lots came into being: what would be held by somebody who can only count days. */
  readonly withoutGenealogy: { readonly sinceMs: number; readonly pallets: number; readonly mg: number };
  readonly withGenealogy: { readonly pallets: number; readonly mg: number };
  /** Packed in that time, and no path leads there: by the lots that are in them. */
  readonly clear: readonly ClearPallets[];
  readonly balance: RecallBalance;
  readonly dispersion: readonly { kind: string; count: number; largestShare: number }[];
  readonly refused: readonly (readonly [source: string, target: string])[];
}

/** Pallets of the same lots to which no path leads from what is suspected. */
export interface ClearPallets {
  readonly lots: readonly string[];
  readonly product: string | null;
  readonly pallets: number;
  readonly mg: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Where the suspected mass went, mg. `missingMg` is what no path explains: rounding and evenly spread losses. */
export interface RecallBalance {
  readonly inMg: number;
  readonly packedMg: number;
  readonly inStoreMg: number;
  readonly lostMg: number;
  readonly missingMg: number;
}

/** What a recall begins with. Units (of a pack code, a machine's window) are affected as they are. */
export interface Suspicion {
  readonly lots: readonly string[];
  readonly units?: readonly string[];
  /** Machines that reported nothing of what they made in the time that is suspected. */
  readonly unheard?: readonly string[];
}

/** Finds everything with a part of the suspected lots, however small, by every path: heels, mixing, rework. */
export function recall(
  genealogy: Genealogy,
  { lots: asked, units: given = [], unheard = [] }: Suspicion,
): Recall {
  const { graph, marks } = genealogy.graphNow;
  const suspected = asked.flatMap((id) => genealogy.lot(id) ?? []);
  const unknown = [...asked.filter((id) => genealogy.lot(id) === undefined), ...unheard];
  const from = suspected.flatMap(({ lot }) => graph.lot(lot) ?? []);
  const reached = reach(graph, from, "down", marks);
  const { share, refused } = shares(graph, from, reached, marks);

  const lots: AffectedLot[] = [];
  const units = new Map<string, RecalledUnit>();
  const inGraph = new Set<string>();
  for (const [at, node] of reached.nodes.entries()) {
    if (at % 256 === 0) genealogy.spend();
    const { kind, id } = graph.nameOf(node);
    if (kind === "unit") {
      const found = unitOf(genealogy, id, share[at] ?? 0);
      if (found !== undefined) units.set(id, found);
      continue;
    }
    inGraph.add(id);
    const lot = genealogy.lot(id);
    if (lot !== undefined)
      lots.push({ lot, share: share[at] ?? 0, depth: reached.depths[at] ?? 0, restMg: restOf(lot) });
  }
  // A lot that nothing was made of has no edge, and is affected all the same.
  for (const lot of suspected)
    if (!inGraph.has(lot.lot)) lots.unshift({ lot, share: 1, depth: 0, restMg: restOf(lot) });
  for (const { lot, share: part } of lots) {
    for (const { unit } of genealogy.reading.rows(OPEN_CASES).range({ prefix: [lot.lot] })) {
      addOpenCase(genealogy, units, unit, part);
    }
  }
  for (const unit of given) {
    const found = units.has(unit) ? undefined : unitOf(genealogy, unit, 1);
    if (found !== undefined) units.set(unit, found);
  }

  const all = [...units.values()].sort((a, b) => a.packedMs - b.packedMs || compare(a.unit, b.unit));
  const sinceMs = suspected.reduce(
    (since, { first_ms, first_used_ms }) => Math.min(since, first_ms ?? first_used_ms ?? 0),
    all[0]?.packedMs ?? Number.MAX_SAFE_INTEGER,
  );
  return {
    suspected,
    unknown,
    lots,
    units: all,
    ...placesOf(all),
    ...packedSince(genealogy, sinceMs, units),
    withGenealogy: {
      pallets: all.filter(({ kind }) => kind === "pallet").length,
      mg: all.reduce((sum, { mg }) => sum + mg, 0),
    },
    balance: balanceOf(suspected, lots, all),
    dispersion: dispersionOf(lots, all),
    refused: refused.map(([source, target]) => [graph.nameOf(source).id, graph.nameOf(target).id] as const),
  };
}

/** The decisions over a recalled unit follow from where it is. */
function unitOf(genealogy: Genealogy, unit: string, share: number): RecalledUnit | undefined {
  const made = genealogy.unit(unit);
  if (made === undefined) return undefined;
  const { where, holds } = standingOf(genealogy, unit);
  return {
    unit,
    kind: made.kind === "pallet" ? "pallet" : "case",
    packedMs: made.at_ms,
    product: made.product,
    lots: made.lots === "" ? [] : made.lots.split("\n"),
    mg: made.mg,
    share,
    where,
    holds,
    decision: where.place === "shipped" ? "call_back" : where.place === "disposed" ? "none" : "hold",
  };
}

/** A case that stands alone, or the pallet under it that doesn't say what is on it. */
function addOpenCase(
  genealogy: Genealogy,
  units: Map<string, RecalledUnit>,
  unit: string,
  share: number,
): void {
  const id = genealogy.parentOf(unit) ?? unit;
  const known = units.get(id);
  if (known !== undefined) {
    if (share > known.share) units.set(id, { ...known, share });
    return;
  }
  const found = unitOf(genealogy, id, share);
  if (found !== undefined) units.set(id, found);
}

function restOf(lot: LotRow): number {
  return Math.max(0, restMg(lot));
}

function packedSince(
  genealogy: Genealogy,
  sinceMs: number,
  affected: ReadonlyMap<string, RecalledUnit>,
): Pick<Recall, "withoutGenealogy" | "clear"> {
  let pallets = 0;
  let mg = 0;
  const clear = new Map<string, ClearPallets>();
  for (const row of genealogy.reading.rows(PALLETS).range({ from: sinceMs })) {
    if (++pallets % 1_024 === 0) genealogy.spend();
    mg += row.mg;
    if (affected.has(row.unit)) continue;
    const known = clear.get(row.lots);
    clear.set(row.lots, {
      lots: row.lots === "" ? [] : row.lots.split("\n"),
      product: row.product,
      pallets: (known?.pallets ?? 0) + 1,
      mg: (known?.mg ?? 0) + row.mg,
      firstMs: known?.firstMs ?? row.at_ms,
      lastMs: row.at_ms,
    });
  }
  return { withoutGenealogy: { sinceMs, pallets, mg }, clear: [...clear.values()] };
}

function placesOf(units: readonly RecalledUnit[]): Pick<Recall, "customers" | "stock"> {
  const byCustomer = Map.groupBy(units, ({ where }) =>
    where.place === "shipped" ? where.customer?.party : "",
  );
  const place = (own: readonly RecalledUnit[], customer: Customer | null): RecallPlace => ({
    customer,
    shipments: [...new Set(own.flatMap(({ where }) => where.shipment ?? []))],
    firstMs: own.reduce<number | null>(
      (first, { where: { sinceMs } }) =>
        sinceMs === null ? first : first === null ? sinceMs : Math.min(first, sinceMs),
      null,
    ),
    units: own.length,
    mg: own.reduce((sum, { mg }) => sum + mg, 0),
  });
  const customers = [...byCustomer]
    .filter(([party]) => party !== "")
    .map(([, own]) => place(own, own[0]?.where.customer ?? null))
    .sort((a, b) => b.mg - a.mg || compare(a.customer?.party ?? "", b.customer?.party ?? ""));
  const stock = place(
    units.filter(({ decision }) => decision === "hold"),
    null,
  );
  return { customers, stock: { ...stock, shipments: [], firstMs: null } };
}

function balanceOf(
  suspected: readonly LotRow[],
  lots: readonly AffectedLot[],
  units: readonly RecalledUnit[],
): RecallBalance {
  const inMg = suspected.reduce((sum, lot) => sum + totalMg(lot), 0);
  const packedMg = units.reduce((sum, { mg, share }) => sum + mg * share, 0);
  const inStoreMg = lots.reduce((sum, { restMg, share }) => sum + restMg * share, 0);
  const accounted = packedMg + inStoreMg;
  const lostMg = Math.max(0, inMg - accounted);
  return {
    inMg,
    packedMg: Math.round(packedMg),
    inStoreMg: Math.round(inStoreMg),
    lostMg: Math.round(lostMg),
    missingMg: Math.round(Math.min(0, inMg - accounted)),
  };
}

function dispersionOf(lots: readonly AffectedLot[], units: readonly RecalledUnit[]): Recall["dispersion"] {
  const kinds = new Map<string, number[]>();
  for (const { lot, share, depth } of lots) {
    if (depth === 0) continue;
    const kind = lot.kind ?? "lot";
    const name = kind === "intermediate" ? (lot.material ?? kind) : kind;
    const all = kinds.get(name);
    if (all === undefined) kinds.set(name, [share]);
    else all.push(share);
  }
  const pallets = units.filter(({ kind }) => kind === "pallet").map(({ share }) => share);
  if (pallets.length > 0) kinds.set("pallet", pallets);
  return Array.from(kinds, ([kind, all]) => ({
    kind,
    count: all.length,
    largestShare: all.reduce((largest, share) => Math.max(largest, share), 0),
  }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
