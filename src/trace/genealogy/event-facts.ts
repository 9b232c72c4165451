import type { BatchEventOf, BatchV2 } from "../../contract/schemas/batch-v2.ts";
import type { LotQuantity } from "../../contract/schemas/lot.ts";
import { parseTimestamp } from "../../contract/timestamp.ts";
import { milligrams } from "./mass.ts";

/** How a lot is named by an event. Those of MAKING add to what there is of it, those of USING take from it. */
export const ROLES = [
  ...["received", "created", "output", "mixed", "rework"],
  ...["input", "part", "reworked", "packed", "disposed", "lost"],
  ...["loaded", "boundary", "held", "released", "shipped", "returned", "counted", "flush"],
] as const;
const MAKING: ReadonlySet<string> = new Set(["received", "created", "output", "mixed", "rework"]);
const USING: ReadonlySet<string> = new Set(["input", "part", "reworked", "disposed", "lost"]);

/** Whether by an event of this role there is more of a lot than before. */
export const isMaking = (role: string) => MAKING.has(role);
/** Whether by an event of this role there is less of a lot than before. */
export const isUsing = (role: string) => USING.has(role);

/** A lot named by an event. */
export interface Mention {
  readonly lot: string;
  readonly role: string;
  readonly mg: number;
  readonly pieces: number;
  readonly peer: string;
  readonly material: string | null;
  readonly kind: string | null;
}

/** Part of a lot went into another lot or into a unit. */
export interface Flow {
  readonly source: string;
  readonly target: string;
  readonly kind: "lot" | "unit" | "boundary";
  readonly mg: number;
}

/** A case or pallet that the event makes up. */
export interface MadeUnit {
  readonly unit: string;
  readonly kind: "case" | "pallet";
  readonly item: string | null;
  readonly mg: number;
  readonly pieces: number;
  readonly codes: readonly { code: string; lot: string; fromMs: number; untilMs: number }[];
}

/** What a decision or movement is about. */
export interface Move {
  readonly subject: string;
  readonly about: string | null;
}

/** What an event says about material: everything that the view keeps of it. A function of the event alone. */
export interface EventFacts {
  readonly mentions: readonly Mention[];
  readonly flows: readonly Flow[];
  readonly unit: MadeUnit | undefined;
  /** Units that come into `parent`, or out of it. */
  readonly placings: readonly { unit: string; parent: string; inside: 0 | 1 | 2 }[];
  readonly moves: readonly Move[];
  /** The hold, shipment or deviation that it belongs to. */
  readonly about: string | null;
  readonly balance:
    | { transformation: string | null; inMg: number; outMg: number; lostMg: number }
    | undefined;
}

/** The subject of {@link Move} for a lot. */
export const lotSubject = (lot: string) => `lot:${lot}`;
/** The subject of {@link Move} for a case or pallet. */
export const unitSubject = (unit: string) => `unit:${unit}`;

const NOTHING: EventFacts = {
  mentions: [],
  flows: [],
  unit: undefined,
  placings: [],
  moves: [],
  about: null,
  balance: undefined,
};

/** @param atMs when it happened: for packs whose time isn't said */
export function factsOf(event: BatchV2, atMs: number): EventFacts {
  switch (event.event) {
    case "LOT_RECEIVED":
      return { ...NOTHING, mentions: [mention(event, "received", event.supplier)] };
    case "LOT_CREATED":
      return { ...NOTHING, mentions: [mention(event, "created", event.location ?? "")] };
    case "SILO_TOPPED_UP":
      return merged([event.added, event.heel], event.lot_id, event.location);
    case "TRANSFERRED":
      return transferred(event);
    case "TRANSFORMED":
      return transformed(event);
    case "REWORK_CREATED":
      return {
        ...NOTHING,
        mentions: [
          ...event.sources.map((source) => mention(source, "reworked", event.lot_id)),
          { ...mention(event, "rework", event.location ?? ""), kind: "rework", material: null },
        ],
        flows: event.sources.map((source) => flow(source, event.lot_id, "lot")),
        balance: {
          transformation: null,
          inMg: sumMg(event.sources),
          outMg: milligrams(event.quantity_kg),
          lostMg: 0,
        },
      };
    case "MATERIAL_LOADED":
      return { ...NOTHING, mentions: [mention(event, "loaded", event.position)] };
    case "LOT_BOUNDARY":
      return {
        ...NOTHING,
        mentions: [
          named(event.from_lot_id, "boundary", event.to_lot_id),
          named(event.to_lot_id, "boundary", event.from_lot_id),
        ],
        flows: [{ source: event.from_lot_id, target: event.to_lot_id, kind: "boundary", mg: 0 }],
      };
    case "AGGREGATED":
      return aggregated(event, atMs);
    case "DISAGGREGATED":
      return {
        ...NOTHING,
        placings: (event.children ?? []).map((unit) => ({ unit, parent: event.unit_id, inside: 0 as const })),
        moves: event.children === undefined ? [{ subject: unitSubject(event.unit_id), about: null }] : [],
      };
    case "DISPOSED":
      return {
        ...NOTHING,
        mentions: event.lots.map((lot) => mention(lot, "disposed", event.method)),
        moves: event.lots.map(({ lot_id }) => ({ subject: lotSubject(lot_id), about: null })),
      };
    case "HOLD":
      return decision(event, "held", event.hold_id);
    case "RELEASE":
      return decision(event, "released", event.hold_id ?? null);
    case "SHIPPED":
      return decision(event, "shipped", event.shipment_id);
    case "RETURNED":
      return decision(event, "returned", event.shipment_id ?? null);
    case "STOCK_COUNTED":
      return { ...NOTHING, mentions: event.contents.map((lot) => mention(lot, "counted", event.location)) };
    case "CLEANED":
      return event.flush === undefined
        ? NOTHING
        : { ...NOTHING, mentions: [mention(event.flush, "flush", event.equipment)] };
    case "DEVIATION":
      return { ...NOTHING, about: event.deviation_id };
    default:
      return NOTHING;
  }
}

interface Quantity {
  readonly lot_id: string;
  readonly material?: string;
  readonly kind?: string;
  readonly quantity_kg?: number;
  readonly pieces?: number;
}

function mention(lot: Quantity, role: string, peer: string): Mention {
  const { lot_id, material = null, kind = null, quantity_kg = 0, pieces = 0 } = lot;
  return { lot: lot_id, role, mg: milligrams(quantity_kg), pieces, peer, material, kind };
}

function named(lot: string, role: string, peer: string): Mention {
  return { lot, role, mg: 0, pieces: 0, peer, material: null, kind: null };
}

function flow(lot: Quantity, target: string, kind: Flow["kind"]): Flow {
  return { source: lot.lot_id, target, kind, mg: milligrams(lot.quantity_kg ?? 0) };
}

function sumMg(lots: readonly Quantity[]): number {
  return lots.reduce((sum, { quantity_kg = 0 }) => sum + milligrams(quantity_kg), 0);
}

/** Lots meet in one place and are another lot from then on. */
function merged(parts: readonly (LotQuantity | undefined)[], into: string, place: string): EventFacts {
  const known = parts.filter((part) => part !== undefined);
  const mg = sumMg(known);
  const material = known.find((part) => part.material !== undefined)?.material ?? null;
  const kind = known.find((part) => part.kind !== undefined)?.kind ?? null;
  return {
    ...NOTHING,
    mentions: [
      ...known.map((part) => mention(part, "part", into)),
      { lot: into, role: "mixed", mg, pieces: 0, peer: place, material, kind },
    ],
    flows: known.map((part) => flow(part, into, "lot")),
  };
}

/**
 * A lot that is moved stays itself, unless it meets another one. Where the mixture has no name of its own, what was
 * in the target goes by the name of what came in: continuous mixing, on the safe side.
 */
function transferred({ moved, heel, lot_id, losses = [], to }: BatchEventOf<"TRANSFERRED">): EventFacts {
  const lostMg = losses.reduce((sum, { quantity_kg }) => sum + milligrams(quantity_kg), 0);
  const lost = lostMg === 0 ? [] : [{ ...named(moved.lot_id, "lost", to), mg: lostMg }];
  if (lot_id !== undefined && lot_id !== moved.lot_id) {
    const both = merged([moved, heel], lot_id, to);
    return { ...both, mentions: [...both.mentions, ...lost] };
  }
  if (heel === undefined || heel.lot_id === moved.lot_id) return { ...NOTHING, mentions: lost };
  const mixed = { ...mention(heel, "mixed", to), lot: moved.lot_id };
  return {
    ...NOTHING,
    mentions: [mention(heel, "part", moved.lot_id), mixed, ...lost],
    flows: [flow(heel, moved.lot_id, "lot")],
  };
}

/** Every input has part in every output, by the outputs' mass. */
function transformed(event: BatchEventOf<"TRANSFORMED">): EventFacts {
  const { inputs, outputs, losses = [], transformation_id } = event;
  const outMg = sumMg(outputs);
  const outPieces = outputs.reduce((sum, { pieces = 0 }) => sum + pieces, 0);
  const shareOf = (output: LotQuantity) => {
    if (outputs.length === 1) return 1;
    if (outMg > 0) return milligrams(output.quantity_kg ?? 0) / outMg;
    return outPieces > 0 ? (output.pieces ?? 0) / outPieces : 1 / outputs.length;
  };
  return {
    ...NOTHING,
    mentions: [
      ...inputs.map((lot) => mention(lot, "input", outputs[0]?.lot_id ?? "")),
      ...outputs.map((lot) => mention(lot, "output", inputs[0]?.lot_id ?? "")),
    ],
    flows: outputs.flatMap((output) =>
      inputs.map((input) => ({
        ...flow(input, output.lot_id, "lot"),
        mg: Math.round(milligrams(input.quantity_kg ?? 0) * shareOf(output)),
      })),
    ),
    balance: {
      transformation: transformation_id ?? null,
      inMg: sumMg(inputs),
      outMg,
      lostMg: losses.reduce((sum, { quantity_kg }) => sum + milligrams(quantity_kg), 0),
    },
  };
}

/** A case takes packs from its lots; a pallet is made of cases and only repeats what is in them. */
function aggregated(event: BatchEventOf<"AGGREGATED">, atMs: number): EventFacts {
  const { unit_id, unit_kind, contents = [], children = [], item = null } = event;
  const takes = children.length === 0;
  return {
    ...NOTHING,
    mentions: contents.map((content) => mention(content, takes ? "packed" : "shown", unit_id)),
    flows: unit_kind === "pallet" ? contents.map((content) => flow(content, unit_id, "unit")) : [],
    unit: {
      unit: unit_id,
      kind: unit_kind,
      item,
      mg: sumMg(contents),
      pieces: contents.reduce((sum, { pieces }) => sum + pieces, 0),
      codes: takes
        ? contents.flatMap(({ lot_id, pack_code, packed_from, packed_until }) =>
            pack_code === undefined
              ? []
              : [
                  {
                    code: pack_code,
                    lot: lot_id,
                    fromMs: timeOf(packed_from) ?? atMs,
                    untilMs: timeOf(packed_until) ?? atMs,
                  },
                ],
          )
        : [],
    },
    placings: children.map((unit) => ({ unit, parent: unit_id, inside: contents.length > 0 ? 1 : 2 })),
  };
}

function timeOf(text: string | undefined): number | null {
  return text === undefined ? null : parseTimestamp(text);
}

function decision(
  { lots = [], units = [] }: { readonly lots?: readonly string[]; readonly units?: readonly string[] },
  role: string,
  about: string | null,
): EventFacts {
  return {
    ...NOTHING,
    mentions: lots.map((lot) => named(lot, role, about ?? "")),
    moves: [
      ...lots.map((lot) => ({ subject: lotSubject(lot), about })),
      ...units.map((unit) => ({ subject: unitSubject(unit), about })),
    ],
    about,
  };
}
