import { lotSubject, unitSubject } from "../../genealogy/event-facts.ts";
import { holdsAt, subjectsOf } from "../../genealogy/held-shipments.ts";
import { reach } from "../../graph/reach.ts";
import type { Genealogy } from "../genealogy.ts";
import { holdsOn, holdsOnLot } from "../where-units-are.ts";
import { type Answer, type Asked, type Cell, counted, iso } from "./question.ts";

type Row = Readonly<Record<string, Cell>>;

/** Whole milk powder is a quarter protein: 22 % of it in milk chocolate are 5.6 % milk protein. */
const PROTEIN_OF_MILK_POWDER = 0.255;

/** Products by the allergens that their lots were declared with. */
function milkProducts(genealogy: Genealogy): { milk: Set<string>; free: Set<string> } {
  const milk = new Set<string>();
  const free = new Set<string>();
  for (const { body } of genealogy.events("LOT_CREATED")) {
    if (body.product_type === undefined || body.allergens === undefined) continue;
    (body.allergens.includes("milk") ? milk : free).add(body.product_type);
  }
  for (const product of milk) free.delete(product);
  return { milk, free };
}

/** 3: where a product free of milk followed one with it on a machine, and nothing shows that it was clean between. */
export function uncleanedChangeovers(genealogy: Genealogy, asked: Asked): Answer {
  const { milk, free } = milkProducts(genealogy);
  const suspected = reachOf(genealogy, asked.of);
  const made = new Map<string, { product: string; lot: string; atMs: number; suspected: boolean }>();
  const cleans = new Map<string, number>();
  const rows: Row[] = [];
  let changeovers = 0;
  const events = [
    ...[...genealogy.events("TRANSFORMED", asked)].map(({ atMs, machine, body }) => ({
      atMs,
      machine,
      body,
      clean: undefined,
    })),
    ...[...genealogy.events("CLEANED", asked)].map(({ atMs, machine, body }) => ({
      atMs,
      machine,
      body: undefined,
      clean: body,
    })),
  ].sort((a, b) => a.atMs - b.atMs);
  for (const { atMs, machine, body, clean } of events) {
    if (clean !== undefined) {
      if (clean.emptied && clean.verified) cleans.set(machine, atMs);
      continue;
    }
    const product = body.product_type;
    const lot = body.outputs[0]?.lot_id;
    if (product === undefined || lot === undefined) continue;
    const before = made.get(machine);
    if (before !== undefined && milk.has(before.product) && free.has(product)) {
      if (asked.of === undefined || before.suspected) {
        changeovers += 1;
        if ((cleans.get(machine) ?? 0) < before.atMs)
          rows.push({
            machine,
            lot,
            product,
            at: iso(atMs),
            after_lot: before.lot,
            after_product: before.product,
          });
      }
    }
    made.set(machine, { product, lot, atMs, suspected: suspected.has(lot) });
  }
  // A machine whose cleaning nobody reports at all is another thing than one that was left out once.
  const told = rows.map((row) => ({ ...row, cleans_reported: cleans.has(String(row.machine)) }));
  const leftOut = told.filter(({ cleans_reported }) => cleans_reported).length;
  return {
    verdict: `${counted(changeovers, "changeover")} from a product with milk to one without: ${leftOut} without a verified clean that emptied the machine, ${told.length - leftOut} on machines that report no cleans.`,
    rows: told,
  };
}

function reachOf(genealogy: Genealogy, lot: string | undefined): Set<string> {
  const { graph, marks } = genealogy.graphNow;
  const node = lot === undefined ? undefined : graph.lot(lot);
  if (node === undefined) return new Set(lot === undefined ? [] : [lot]);
  return new Set([...reach(graph, [node], "down", marks).nodes].map((each) => graph.nameOf(each).id));
}

/**
 * 4: milk after a changeover, as measured by the cleaning's assay and as predicted for the first pallet. What is left
 * inside is pushed through: C(m) = C0 exp(-m / M), M the mass left, C0 the milk protein of the product before.
 */
export function milkAfterChangeover(genealogy: Genealogy, asked: Asked): Answer {
  const { milk, free } = milkProducts(genealogy);
  const rows: Row[] = [];
  for (const { body, atMs, machine } of genealogy.events("CLEANED", asked)) {
    const { from_product: from, to_product: to } = body;
    if (from === undefined || to === undefined || !milk.has(from) || !free.has(to)) continue;
    const assay = body.assays?.find(({ analyte }) => analyte === "milk");
    const first = firstPallet(genealogy, to, atMs);
    const residue = body.residue_kg ?? null;
    const c0 = 1e6 * milkPowderShare(genealogy, from, atMs) * PROTEIN_OF_MILK_POWDER;
    const predicted =
      residue === null || first === undefined || first.kg === 0
        ? null
        : (c0 * residue * (1 - Math.exp(-first.kg / Math.max(residue, 1e-9)))) / first.kg;
    rows.push({
      machine,
      at: iso(atMs),
      from,
      to,
      method: body.method,
      verified: body.verified,
      measured_mg_per_kg: assay?.value_mg_per_kg ?? null,
      basis: assay?.basis ?? null,
      limit_mg_per_kg: assay?.action_limit_mg_per_kg ?? null,
      residue_kg: residue,
      predicted_mg_per_kg: predicted === null ? null : Math.round(predicted * 10) / 10,
      first_pallet: first?.unit ?? null,
    });
  }
  const over = rows.filter(
    ({ measured_mg_per_kg: value, limit_mg_per_kg: limit }) =>
      typeof value === "number" && typeof limit === "number" && value > limit,
  ).length;
  const measured = rows.filter(({ measured_mg_per_kg }) => measured_mg_per_kg !== null).length;
  return {
    verdict: `${counted(rows.length, "clean")} from milk to none: ${measured} measured, ${over} above their limit. A prediction needs the mass that was left inside.`,
    rows,
  };
}

function firstPallet(genealogy: Genealogy, product: string, afterMs: number) {
  for (const { body } of genealogy.events("AGGREGATED", { fromMs: afterMs })) {
    if (body.unit_kind !== "pallet" || body.product_type !== product) continue;
    const kg = (body.contents ?? []).reduce((sum, { quantity_kg = 0 }) => sum + quantity_kg, 0);
    return { unit: body.unit_id, kg };
  }
  return undefined;
}

/** The part of milk powder in the newest mix of a product before a time. */
function milkPowderShare(genealogy: Genealogy, product: string, beforeMs: number): number {
  let share = 0;
  for (const { body } of genealogy.events("TRANSFORMED", { toMs: beforeMs })) {
    if (body.product_type !== product) continue;
    const all = body.inputs.reduce((sum, { quantity_kg = 0 }) => sum + quantity_kg, 0);
    const powder = body.inputs
      .filter(({ material = "" }) => material.includes("milk_powder"))
      .reduce((sum, { quantity_kg = 0 }) => sum + quantity_kg, 0);
    if (powder > 0 && all > 0) share = powder / all;
  }
  return share;
}

/** 7: what was packed since the last good test of a detector whose newest test failed, and whether all of it is held. */
export function sinceLastGoodTest(genealogy: Genealogy, asked: Asked): Answer {
  const tests = [...genealogy.events("DETECTOR_TEST", asked)];
  const rows: Row[] = [];
  let failures = 0;
  for (const [at, { body, atMs, machine }] of tests.entries()) {
    if (body.pass) continue;
    failures += 1;
    const before = tests
      .slice(0, at)
      .findLast((test) => test.body.detector === body.detector && test.body.pass);
    const next = tests.slice(at + 1).find((test) => test.body.detector === body.detector && test.body.pass);
    const fromMs = before?.atMs ?? asked.fromMs;
    for (const { body: made, atMs: packed, machine: by } of genealogy.events("AGGREGATED", {
      fromMs,
      toMs: next?.atMs ?? atMs + 1,
    })) {
      if (by !== machine || made.unit_kind !== "case") continue;
      const parent = genealogy.parentOf(made.unit_id);
      const lots = (made.contents ?? []).map(({ lot_id }) => lot_id);
      const holds = [
        ...holdsOn(genealogy, made.unit_id),
        ...lots.flatMap((lot) => holdsOnLot(genealogy, lot)),
      ];
      rows.push({
        detector: body.detector,
        failed_at: iso(atMs),
        last_good: iso(before?.atMs ?? null),
        case: made.unit_id,
        pallet: parent ?? null,
        packed_at: iso(packed),
        on_hold: holds.length > 0,
      });
    }
  }
  const loose = rows.filter(({ on_hold }) => on_hold === false).length;
  return {
    verdict:
      failures === 0
        ? `${counted(tests.length, "detector test")}, none failed.`
        : `${counted(failures, "failed test")}: ${counted(rows.length, "case")} since the last good one, ${loose} of them not on hold now.`,
    rows,
  };
}

/** 8: bins against what the machine rejected. */
export function rejectBins(genealogy: Genealogy, asked: Asked): Answer {
  const rows = [...genealogy.events("REJECTS_COUNTED", asked)].map(({ body, atMs, machine }) => ({
    bin: body.bin,
    cause: body.cause,
    machine,
    at: iso(atMs),
    counted: body.counted,
    expected: body.expected,
    difference: body.counted - body.expected,
  }));
  const wrong = rows.filter(({ difference }) => difference !== 0).length;
  return { verdict: `${counted(rows.length, "count")}, ${wrong} that don't reconcile.`, rows };
}

/** 9: what was rejected for good, and what came back as rework. */
export function rejectsAsRework(genealogy: Genealogy, asked: Asked): Answer {
  const used = new Set<string>();
  for (const { body } of genealogy.events("TRANSFORMED", asked))
    for (const { lot_id } of body.inputs) used.add(lot_id);
  const rows = [...genealogy.events("REWORK_CREATED", asked)].map(({ body, atMs }) => ({
    rework: body.lot_id,
    source: body.source,
    of: body.sources.map(({ lot_id }) => lot_id).join(" "),
    kg: body.quantity_kg,
    at: iso(atMs),
    used_again: used.has(body.lot_id),
  }));
  const detected = [...genealogy.events("DISPOSED", asked)].flatMap(({ body }) => body.lots);
  const back = rows.filter(({ used_again }) => used_again).length;
  return {
    verdict: `${counted(rows.length, "rework lot")}, ${back} used again; none has a detector's rejects as its source: of those, ${counted(detected.length, "disposal")}.`,
    rows,
  };
}

/** 12: what left while a hold stood on it, on what is in it, or on anything that it was made of. */
export function shippedOnHold(genealogy: Genealogy, asked: Asked): Answer {
  const { graph, marks } = genealogy.graphNow;
  const rows: Row[] = [];
  for (const { body, atMs } of genealogy.events("SHIPPED", asked)) {
    for (const unit of body.units ?? []) {
      const node = graph.unit(unit);
      const lots = (node === undefined ? [] : [...reach(graph, [node], "up", marks).nodes])
        .map((each) => graph.nameOf(each))
        .filter(({ kind }) => kind === "lot");
      const subjects = new Set([
        ...subjectsOf(genealogy.reading, unit),
        unitSubject(unit),
        ...lots.map(({ id }) => lotSubject(id)),
      ]);
      for (const subject of subjects)
        for (const { holdId, sinceMs } of holdsAt(genealogy.reading, subject, atMs))
          rows.push({
            unit,
            shipment: body.shipment_id,
            customer: body.customer.name ?? body.customer.party_id,
            at: iso(atMs),
            hold: holdId,
            hold_on: subject.slice(subject.indexOf(":") + 1),
            since: iso(sinceMs),
          });
      genealogy.spend();
    }
  }
  return {
    verdict:
      rows.length === 0
        ? "Nothing was shipped while on hold."
        : `${counted(new Set(rows.map(({ unit }) => unit)).size, "unit")} left while a hold stood.`,
    rows,
  };
}

/** 13: who changed which limit or recipe, when and why. */
export function changes(genealogy: Genealogy, asked: Asked): Answer {
  const rows: Row[] = [];
  for (const kind of ["LIMIT_CHANGED", "RECIPE_CHANGED"] as const) {
    for (const { body, atMs } of genealogy.events(kind, asked)) {
      const what = "limit_id" in body ? body.limit_id : body.recipe_id;
      for (const { parameter, from, to, unit = "" } of body.changes)
        rows.push({
          ...{ what, parameter, from: String(from), to: String(to), unit },
          ...{ at: iso(atMs), by: body.by, approved_by: body.approved_by ?? null, reason: body.reason },
        });
    }
  }
  return { verdict: `${counted(rows.length, "change")} of limits and recipes.`, rows };
}

/** 16: the phases of conching as they were asked for and reached. */
export function conching(genealogy: Genealogy, asked: Asked): Answer {
  const rows: Row[] = [];
  for (const { body, atMs, machine } of genealogy.events("PHASE", asked)) {
    if (body.actual === undefined || (asked.of !== undefined && body.batch_id !== asked.of)) continue;
    if (!body.name.includes("conching")) continue;
    for (const [name, value] of Object.entries(body.actual)) {
      const wanted = body.set_points?.[name];
      rows.push({
        batch: body.batch_id,
        phase: body.name,
        machine,
        at: iso(atMs),
        value: name,
        wanted: plain(wanted),
        reached: plain(value),
      });
    }
  }
  const batches = new Set(rows.map(({ batch }) => batch)).size;
  return {
    verdict: `What was reached in conching, of ${batches === 1 ? "1 batch" : `${batches} batches`}.`,
    rows,
  };
}

/** 23: instruments that were found bad, or past their calibration within the span. */
export function calibrations(genealogy: Genealogy, asked: Asked): Answer {
  const newest = new Map<string, Row>();
  for (const { body, atMs, machine } of genealogy.events("CALIBRATED", { toMs: asked.toMs })) {
    const due = body.due === undefined ? null : Date.parse(body.due);
    newest.set(`${machine} ${body.instrument}`, {
      instrument: body.instrument,
      machine,
      tag: body.tag ?? null,
      at: iso(atMs),
      as_found: body.as_found ?? null,
      tolerance: body.tolerance ?? null,
      pass: body.pass,
      due: body.due ?? null,
      overdue: due !== null && due < asked.toMs,
    });
  }
  const rows = [...newest.values()];
  const bad = rows.filter(({ pass, overdue }) => pass === false || overdue === true).length;
  return {
    verdict: `${counted(rows.length, "instrument")} with a calibration on record, ${bad} bad or overdue.`,
    rows,
  };
}

/** 26: electrical energy per tonne, by product and machine. */
export function energyPerTonne(genealogy: Genealogy, asked: Asked): Answer {
  const sums = new Map<string, { kwh: number; kg: number; n: number }>();
  for (const { body, machine } of genealogy.events("TRANSFORMED", asked)) {
    if (body.energy_kwh === undefined) continue;
    const key = `${body.product_type ?? ""}\n${machine}`;
    const sum = sums.get(key) ?? { kwh: 0, kg: 0, n: 0 };
    sum.kwh += body.energy_kwh;
    sum.kg += body.outputs.reduce((total, { quantity_kg = 0 }) => total + quantity_kg, 0);
    sum.n += 1;
    sums.set(key, sum);
  }
  const rows = Array.from(sums, ([key, { kwh, kg, n }]): Row => {
    const [product = "", machine = ""] = key.split("\n");
    return {
      product,
      machine,
      transformations: n,
      kwh,
      kg,
      kwh_per_tonne: kg === 0 ? null : (1000 * kwh) / kg,
    };
  });
  return {
    verdict: `Energy that was reported with ${counted(rows.length, "product and machine")}; the whole line's is under conche oee and /api/energy.`,
    rows,
  };
}

function plain(value: unknown): Cell {
  return value === undefined || value === null
    ? null
    : typeof value === "object"
      ? JSON.stringify(value)
      : (value as Cell);
}
