import { ConcheError } from "../../errors/conche-error.ts";
import { factsOf, isMaking } from "../genealogy/event-facts.ts";
import { BATCH_MOMENTS, LOTS } from "../genealogy/genealogy-tables.ts";
import { lotsOf } from "../genealogy/keep-units.ts";
import { PACK_CODES } from "../genealogy/unit-tables.ts";
import type { Genealogy } from "./genealogy.ts";

/** What somebody asks about, found by whatever stands on it. */
export interface Subject {
  readonly kind: "lot" | "pallet" | "case" | "batch" | "pack_code";
  readonly id: string;
  /** The lots it stands for: itself, those in it, those the batch made, those of the packs. */
  readonly lots: readonly string[];
  /** The units it stands for: itself, or those with such packs. */
  readonly units: readonly string[];
}

/** Packs of one code are found with their time: so far around it. */
const AROUND_MS = 60_000;
const MOST_UNITS = 1_000;

/**
 * Finds a lot, an SSCC or case id, a batch, or a pack code by what somebody typed or scanned.
 * @param atMs the time printed beside a pack code: packs of that minute
 */
export function findSubject(genealogy: Genealogy, text: string, atMs?: number): Subject | undefined {
  const id = text.trim();
  if (genealogy.lot(id) !== undefined) return { kind: "lot", id, lots: [id], units: [] };
  const unit = genealogy.unit(id) ?? genealogy.unit(id.replace(/^\(?00\)?(?=\d{18}$)/, ""));
  if (unit !== undefined) {
    const kind = unit.kind === "pallet" ? "pallet" : "case";
    return { kind, id: unit.unit, lots: lotsIn(genealogy, unit.unit), units: [unit.unit] };
  }
  const made = lotsMadeBy(genealogy, id);
  if (made !== undefined) return { kind: "batch", id, lots: made, units: [] };
  return packsOf(genealogy, id, atMs);
}

/** @throws ConcheError CONCHE_NOT_FOUND for what nobody has heard of */
export function requireSubject(genealogy: Genealogy, text: string, atMs?: number): Subject {
  const found = findSubject(genealogy, text, atMs);
  if (found !== undefined) return found;
  throw new ConcheError("CONCHE_NOT_FOUND", {
    message: `no lot, pallet, case, batch or pack code ${text} was ever heard of`,
    hint: "type it as it is printed; a pack code with its time finds the packs of that minute",
  });
}

/**
 * The same for questions over lots and goods: a batch of which no event says what it is made of has an answer to none,
 * which must not look like the answer "nothing".
 * @throws ConcheError CONCHE_NOT_FOUND, CONCHE_MATERIAL_UNKNOWN
 */
export function requireGoods(genealogy: Genealogy, text: string, atMs?: number): Subject {
  const found = requireSubject(genealogy, text, atMs);
  if (found.lots.length + found.units.length > 0) return found;
  throw new ConcheError("CONCHE_MATERIAL_UNKNOWN", {
    message: `batch ${found.id} was heard of, but no event says what it was made of or what was made: nobody can tell what has a part of it`,
  });
}

/** The lots of a unit's packs; those of its children where only they say. */
export function lotsIn(genealogy: Genealogy, unit: string): string[] {
  const made = genealogy.unit(unit);
  if (made === undefined) return [];
  const own = lotsOf(made);
  if (own.length > 0) return own;
  const event = genealogy.event(made.id);
  const children = event === undefined ? [] : factsOf(event.body, event.atMs).placings;
  return [...new Set(children.flatMap((child) => lotsIn(genealogy, child.unit)))];
}

/** What came into being under a batch; undefined for a batch that nobody has spoken of. */
function lotsMadeBy(genealogy: Genealogy, batch: string): string[] | undefined {
  const lots = new Set<string>();
  let known = false;
  for (const { id } of genealogy.reading.rows(BATCH_MOMENTS).range({ prefix: [batch] })) {
    known = true;
    const event = genealogy.event(id);
    if (event === undefined) continue;
    for (const { lot, role } of factsOf(event.body, event.atMs).mentions) {
      if (!isMaking(role) || lots.has(lot)) continue;
      if (genealogy.reading.rows(LOTS).get(lot)?.batch === batch) lots.add(lot);
    }
  }
  return known ? [...lots] : undefined;
}

function packsOf(genealogy: Genealogy, code: string, atMs: number | undefined): Subject | undefined {
  const span = atMs === undefined ? {} : { to: atMs + AROUND_MS };
  const lots = new Set<string>();
  const units = new Set<string>();
  // Backwards from the time: packs are asked for soon after they were made.
  const rows = genealogy.reading.rows(PACK_CODES).range({ prefix: [code], ...span, order: "desc" });
  for (const row of rows) {
    if (atMs !== undefined && row.from_ms < atMs - 3_600_000) break;
    if (atMs !== undefined && row.until_ms < atMs) continue;
    lots.add(row.lot);
    units.add(row.unit);
    if (units.size >= MOST_UNITS) break;
  }
  return units.size === 0 ? undefined : { kind: "pack_code", id: code, lots: [...lots], units: [...units] };
}
