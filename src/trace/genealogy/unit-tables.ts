import type { ViewTable } from "../../views/view-table.ts";

/** A case or pallet is made up. Several rows where it was said more than once; the first one counts. */
export type UnitRow = {
  readonly unit: string;
  readonly at_ms: number;
  /** The event, which has contents and children. */
  readonly id: number;
  readonly kind: string;
  readonly item: string | null;
  readonly product: string | null;
  readonly batch: string | null;
  readonly machine: string;
  readonly mg: number;
  readonly pieces: number;
  /** The lots of its packs, a line each; empty where only its children say. */
  readonly lots: string;
};

/** By unit. */
export const UNITS: ViewTable<UnitRow> = {
  name: "units",
  columns: {
    unit: "text",
    at_ms: "integer",
    id: "integer",
    kind: "text",
    item: "text",
    product: "text",
    batch: "text",
    machine: "text",
    mg: "integer",
    pieces: "integer",
    lots: "text",
  },
  key: ["unit", "at_ms", "id"],
};

/** Pallets in the order in which they were packed. */
export type PalletRow = {
  readonly at_ms: number;
  readonly unit: string;
  readonly id: number;
  readonly mg: number;
  readonly product: string | null;
  readonly lots: string;
};

/** By time: what was palletised in a period is one range. */
export const PALLETS: ViewTable<PalletRow> = {
  name: "pallets",
  columns: { at_ms: "integer", unit: "text", id: "integer", mg: "integer", product: "text", lots: "text" },
  key: ["at_ms", "unit", "id"],
};

/**
 * A unit comes out of another one (`inside` 0), into one that says which lots it holds (1), or into one that doesn't
 * (2). The newest row says where it is.
 */
export type PlacingRow = {
  readonly unit: string;
  readonly at_ms: number;
  readonly id: number;
  readonly parent: string;
  readonly inside: number;
};

/** By unit, then by time: where it was when is the last one before. */
export const PLACINGS: ViewTable<PlacingRow> = {
  name: "placings",
  columns: { unit: "text", at_ms: "integer", id: "integer", parent: "text", inside: "integer" },
  key: ["unit", "at_ms", "id"],
};

/** Cases that no pallet answers for, by their lots: those that stand alone, or on a pallet that says no lots. */
export type OpenCaseRow = { readonly lot: string; readonly unit: string };

/** By lot. */
export const OPEN_CASES: ViewTable<OpenCaseRow> = {
  name: "open_cases",
  columns: { lot: "text", unit: "text" },
  key: ["lot", "unit"],
};

/** What was decided over a lot or unit, and where it went: HOLD, RELEASE, SHIPPED, RETURNED, DISPOSED, opened. */
export type MoveRow = {
  /** `lot:` or `unit:` and its id. */
  readonly subject: string;
  readonly at_ms: number;
  readonly id: number;
  readonly event: string;
  /** The hold or shipment. */
  readonly about: string | null;
};

/** By subject, then by time: the last one says where it is. */
export const MOVES: ViewTable<MoveRow> = {
  name: "moves",
  columns: { subject: "text", at_ms: "integer", id: "integer", event: "text", about: "text" },
  key: ["subject", "at_ms", "id"],
};

/** The events of a hold, shipment or deviation, by its id. */
export type AboutRow = {
  readonly about: string;
  readonly at_ms: number;
  readonly id: number;
  readonly event: string;
};

/** By hold, shipment or deviation, then by time. */
export const ABOUTS: ViewTable<AboutRow> = {
  name: "abouts",
  columns: { about: "text", at_ms: "integer", id: "integer", event: "text" },
  key: ["about", "at_ms", "id"],
};

/** Packs of one lot with one printed code in one case or pallet: what a customer reads leads to it. */
export type PackCodeRow = {
  readonly code: string;
  readonly from_ms: number;
  readonly unit: string;
  readonly lot: string;
  readonly until_ms: number;
  readonly id: number;
};

/** By code, then by when it was first used. */
export const PACK_CODES: ViewTable<PackCodeRow> = {
  name: "pack_codes",
  columns: {
    code: "text",
    from_ms: "integer",
    unit: "text",
    lot: "text",
    until_ms: "integer",
    id: "integer",
  },
  key: ["code", "from_ms", "unit", "lot"],
};

/** What one message says of a transformation that may be told in several. */
export type TransformationRow = {
  readonly transformation: string;
  readonly at_ms: number;
  readonly id: number;
  readonly in_mg: number;
  readonly out_mg: number;
  readonly lost_mg: number;
};

/** By the transformation's id, then by time: it may be reported in parts. */
export const TRANSFORMATIONS: ViewTable<TransformationRow> = {
  name: "transformations",
  columns: {
    transformation: "text",
    at_ms: "integer",
    id: "integer",
    in_mg: "integer",
    out_mg: "integer",
    lost_mg: "integer",
  },
  key: ["transformation", "at_ms", "id"],
};
