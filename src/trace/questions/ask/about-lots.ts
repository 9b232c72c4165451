import { MENTIONS } from "../../genealogy/genealogy-tables.ts";
import { kilograms } from "../../genealogy/mass.ts";
import { reach } from "../../graph/reach.ts";
import { dueDiligence } from "../due-diligence.ts";
import { findSubject, lotsIn, type Subject } from "../find-subject.ts";
import { type Genealogy, isEvent } from "../genealogy.ts";
import { recall } from "../recall.ts";
import { trace } from "../trace.ts";
import { type Answer, type Asked, counted, iso } from "./question.ts";

const MOST = 100_000;
const NOBODY: Subject = { kind: "lot", id: "", lots: [], units: [] };

/** What is asked about; nothing where nobody has heard of it: the answer then says so. */
function subjectOf(genealogy: Genealogy, { of, atMs }: Asked): Subject {
  return findSubject(genealogy, of ?? "", atMs) ?? NOBODY;
}

function unheard({ kind }: Subject, { of = "it" }: Asked): Answer {
  const verdict =
    kind === "batch"
      ? `No event says what ${of} was made of or what was made: this can't be said of it.`
      : `Nobody has heard of ${of}.`;
  return { verdict, rows: [] };
}

/** 1: the ingredient lots of a pack, and every pallet with packs of the same lot. */
export function packsAndSisters(genealogy: Genealogy, asked: Asked): Answer {
  const subject = subjectOf(genealogy, asked);
  if (subject.lots.length === 0) return unheard(subject, asked);
  const { nodes } = trace(genealogy, { lots: subject.lots, units: [] }, "up", { most: MOST });
  const ingredients = nodes.filter(({ lot }) => (lot?.received ?? 0) > 0);
  const sisters = trace(genealogy, { lots: subject.lots, units: [] }, "down", { most: MOST }).nodes.filter(
    ({ unit }) => unit?.kind === "pallet",
  );
  return {
    verdict: `Made of ${counted(ingredients.length, "ingredient lot")}; ${counted(sisters.length, "pallet")} with packs of ${subject.lots.join(", ")} or made of it.`,
    rows: [
      ...ingredients.map(({ id, lot, share }) => ({
        what: "ingredient",
        id,
        material: lot?.material ?? null,
        share,
        kg: null,
        at: iso(lot?.first_ms ?? null),
      })),
      ...sisters.map(({ id, unit, share }) => ({
        what: "pallet",
        id,
        material: unit?.product ?? null,
        share,
        kg: kilograms(unit?.mg ?? 0),
        at: iso(unit?.at_ms ?? null),
      })),
    ],
  };
}

/** 2 and 25: everything with a part of a lot, and how much that is. */
export function recalled(genealogy: Genealogy, asked: Asked): Answer {
  const subject = subjectOf(genealogy, asked);
  if (subject.lots.length === 0) return unheard(subject, asked);
  const found = recall(genealogy, subject);
  const { pallets, mg } = found.withGenealogy;
  return {
    verdict: `${counted(pallets, "pallet")}, ${kilograms(mg).toFixed(0)} kg, have a possible part of it; ${counted(found.customers.length, "customer")} got some.`,
    rows: found.units.map(({ unit, kind, product, mg: mass, share, where, decision }) => ({
      unit,
      kind,
      product,
      kg: kilograms(mass),
      share,
      place: where.place,
      customer: where.customer?.name ?? null,
      decision,
    })),
  };
}

/** 5: what was declared free of an allergen and has rework with it. */
export function reworkWithMilk(genealogy: Genealogy, asked: Asked): Answer {
  const { graph, marks } = genealogy.graphNow;
  const declared = new Map<string, readonly string[]>();
  for (const { body } of genealogy.events("LOT_CREATED"))
    if (body.allergens !== undefined) declared.set(body.lot_id, body.allergens);
  const rows: Record<string, string | number | null>[] = [];
  for (const { body } of genealogy.events("REWORK_CREATED", asked)) {
    const node = body.allergens.includes("milk") ? graph.lot(body.lot_id) : undefined;
    if (node === undefined) continue;
    for (const each of reach(graph, [node], "down", marks).nodes) {
      const { kind, id } = graph.nameOf(each);
      const free = (lot: string) => declared.get(lot)?.includes("milk") === false;
      const isFree = kind === "lot" ? free(id) : lotsIn(genealogy, id).some(free);
      if (isFree) rows.push({ rework: body.lot_id, source: body.source, in: id, kind });
    }
  }
  return {
    verdict:
      rows.length === 0
        ? "No lot that is declared free of milk has milk-bearing rework."
        : `${counted(rows.length, "lot or pallet")} declared free of milk with milk-bearing rework.`,
    rows,
  };
}

/** 10: what went in against what came out, of lots that are finished with. */
export function balances(genealogy: Genealogy, asked: Asked): Answer {
  const rows: { lot: string; in_kg: number; out_kg: number; lost_kg: number; open_pct: number }[] = [];
  for (const { body } of genealogy.events("TRANSFORMED", asked)) {
    const sum = (lots: readonly { quantity_kg?: number }[]) =>
      lots.reduce((total, { quantity_kg = 0 }) => total + quantity_kg, 0);
    const [inKg, outKg, lostKg] = [sum(body.inputs), sum(body.outputs), sum(body.losses ?? [])];
    if (inKg === 0 || outKg === 0) continue;
    const open = (100 * (inKg - outKg - lostKg)) / inKg;
    const lot = body.outputs[0]?.lot_id ?? "";
    rows.push({ lot, in_kg: inKg, out_kg: outKg, lost_kg: lostKg, open_pct: Math.round(open * 1e4) / 1e4 });
  }
  const wrong = rows.filter(({ open_pct }) => Math.abs(open_pct) > 1);
  return {
    verdict: `${rows.length - wrong.length} of ${rows.length} transformations balance within 1 %.`,
    rows: rows.toSorted((a, b) => Math.abs(b.open_pct) - Math.abs(a.open_pct)),
  };
}

/** 11: cases and pallets with packs of two lots, and the zones where lots met. */
export function boundaries(genealogy: Genealogy, asked: Asked): Answer {
  const rows: Record<string, string | number | null>[] = [];
  for (const { body, atMs } of genealogy.events("AGGREGATED", asked)) {
    const lots = [...new Set((body.contents ?? []).map(({ lot_id }) => lot_id))];
    if (lots.length > 1)
      rows.push({ what: body.unit_kind, id: body.unit_id, lots: lots.join(" "), at: iso(atMs), until: null });
  }
  const units = rows.length;
  for (const { body } of genealogy.events("LOT_BOUNDARY", asked)) {
    const lots = `${body.from_lot_id} ${body.to_lot_id}`;
    rows.push({ what: "mixing zone", id: "", lots, at: body.mixing_from, until: body.mixing_until });
  }
  return {
    verdict: `${counted(units, "case or pallet")} with packs of two lots, ${counted(rows.length - units, "mixing zone")}.`,
    rows,
  };
}

/** 14: the due diligence of the cocoa in something. */
export function cocoaOf(genealogy: Genealogy, asked: Asked): Answer {
  const found = dueDiligence(genealogy, asked.of ?? "");
  if (found === undefined) return unheard(NOBODY, asked);
  const { lots, uncovered, references, unknownOrigin } = found;
  const unknown =
    unknownOrigin.length === 0 ? "" : ` Of ${counted(unknownOrigin.length, "lot")} nobody told the origin.`;
  return {
    verdict: `${counted(lots.length, "cocoa lot")}, ${counted(references.length, "reference")}, ${uncovered.length} without one.${unknown}`,
    rows: lots.map(({ lot, material, country, share, statements }) => ({
      lot,
      material,
      country,
      share,
      references: statements.map(({ reference }) => reference).join(" "),
      plots: statements.reduce((sum, { plots = [] }) => sum + plots.length, 0),
    })),
  };
}

/** 15: the film on a batch's packs, against what the lot contains. */
export function filmOf(genealogy: Genealogy, asked: Asked): Answer {
  const subject = subjectOf(genealogy, asked);
  const batches = new Set(subject.lots.flatMap((lot) => genealogy.lot(lot)?.batch ?? []));
  if (subject.kind === "batch") batches.add(subject.id);
  const contains = new Set<string>();
  for (const lot of subject.lots)
    for (const { id, role } of genealogy.reading.rows(MENTIONS).range({ prefix: [lot] })) {
      const event = role === "created" ? genealogy.event(id) : undefined;
      if (isEvent(event, "LOT_CREATED")) for (const each of event.body.allergens ?? []) contains.add(each);
    }
  const rows: Record<string, string | boolean | null>[] = [];
  for (const { body, atMs } of genealogy.events("MATERIAL_LOADED")) {
    if (body.batch_id === undefined || !batches.has(body.batch_id)) continue;
    const missing = [...contains].filter((each) => !(body.allergens ?? []).includes(each as "milk"));
    rows.push({
      lot: body.lot_id,
      material: body.material,
      at: iso(atMs),
      batch: body.batch_id,
      matches_order: body.matches_order ?? null,
      label_lacks: missing.join(" "),
      right: body.matches_order !== false && missing.length === 0,
    });
  }
  const wrong = rows.filter(({ right }) => right === false).length;
  return {
    verdict:
      rows.length === 0
        ? "No film was reported for it."
        : `${counted(rows.length, "reel")} loaded, ${wrong} of them wrong.`,
    rows,
  };
}
