import type { RecallAnswer } from "../api/answers.ts";

type Unit = RecallAnswer["units"][number];

/** What a recall comes to, counted as people speak of it: pallets, and cases that stand alone. */
export interface RecallSum {
  readonly callBack: readonly Unit[];
  readonly hold: readonly Unit[];
  /** Of those to be held, without a hold yet. */
  readonly notHeld: readonly Unit[];
  /** Lots with something left, that have a part of it. */
  readonly lotsLeft: RecallAnswer["lots"];
  readonly clearPallets: number;
}

export function sumOf({ units, lots, clear }: RecallAnswer): RecallSum {
  const hold = units.filter(({ decision }) => decision === "hold");
  return {
    callBack: units.filter(({ decision }) => decision === "call_back"),
    hold,
    notHeld: hold.filter(({ holds }) => holds.length === 0),
    lotsLeft: lots.filter(({ affected_rest_kg: left }) => left >= 0.05),
    clearPallets: clear.reduce((sum, { pallets }) => sum + pallets, 0),
  };
}

/** A row of the grid: pallets of the same lots, in the order of packing. */
export interface PalletRow {
  readonly lots: readonly string[];
  readonly product: string | null;
  readonly firstMs: number;
  readonly kg: number;
  /** Largest share of what is suspected. */
  readonly share: number;
  readonly units: readonly Unit[];
  readonly clear: number;
}

/** All pallets of the time, those with a part of it and those without, by the lots that are in them. */
export function palletRows({ units, clear }: RecallAnswer): PalletRow[] {
  const rows = Array.from(
    Map.groupBy(
      units.filter(({ unit_kind }) => unit_kind === "pallet"),
      ({ lots }) => lots.join("\n"),
    ).values(),
    (own): PalletRow => ({
      lots: own[0]?.lots ?? [],
      product: own[0]?.product ?? null,
      firstMs: Math.min(...own.map(({ packed_at }) => Date.parse(packed_at))),
      kg: own.reduce((sum, { kg }) => sum + kg, 0),
      share: Math.max(...own.map(({ share }) => share)),
      units: own,
      clear: 0,
    }),
  );
  const free = clear.map(
    ({ lots, product, pallets, kg, first_at }): PalletRow => ({
      ...{ lots, product, kg, share: 0, units: [], clear: pallets, firstMs: Date.parse(first_at) },
    }),
  );
  return [...rows, ...free].sort((a, b) => a.firstMs - b.firstMs);
}

/** The batch that a lot's id names, for a narrow column: what is after the site, without the letter of the step. */
export function batchIn(lot: string): string {
  return /(?:^|\.)(B\d[^.]*)/.exec(lot)?.[1] ?? lot;
}

/** Several batches in one cell: of those after the first only what differs. */
export function batchesIn(lots: readonly string[]): string {
  const [first = "", ...others] = lots.map(batchIn);
  const head = first.slice(0, first.lastIndexOf("-") + 1);
  return [
    first,
    ...others.map((other) =>
      head !== "" && other.startsWith(head) ? other.slice(head.length) : shortBatch(other),
    ),
  ].join(" + ");
}

/** A batch without its date. */
function shortBatch(batch: string): string {
  return batch.replace(/^B\d{8}-/, "");
}

/** Parts of a whole as they stand in a bar: left edge and width, 0 to 1. */
export function segments<Part extends { readonly kg: number }>(
  parts: readonly Part[],
  whole: number,
): (Part & { readonly from: number; readonly width: number })[] {
  let from = 0;
  return parts.map((part) => {
    const width = whole <= 0 ? 0 : Math.max(0, part.kg) / whole;
    const placed = { ...part, from, width };
    from += width;
    return placed;
  });
}
