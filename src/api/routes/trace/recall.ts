import { Type } from "typebox";
import { isoTime } from "../../../time/iso-time.ts";
import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import { kilograms } from "../../../trace/genealogy/mass.ts";
import type { Genealogy } from "../../../trace/questions/genealogy.ts";
import { type Recall, type RecallPlace, recall, type Suspicion } from "../../../trace/questions/recall.ts";
import { suspicionOf } from "../../../trace/questions/suspicion.ts";
import { trackingEvents } from "../../../trace/questions/tracking-events.ts";
import { type DrillFacts, drillBlocks } from "../../../trace/record/drill-blocks.ts";
import type { ApiContext, PrintOrder, ViewsReading } from "../../context.ts";
import { requireAddress } from "../../known-levels.ts";
import { PERIOD, Time, timeOf } from "../../period.ts";
import { badRequest } from "../../problem.ts";
import { closed, type Route, route } from "../../route.ts";
import { orNull } from "../../schemas.ts";
import { genealogyOf } from "./genealogy-of.ts";
import { AT, isoOrNull, Kg, Lot, Share, shownLot } from "./shapes.ts";

const Text = Type.String();
const Place = closed({
  customer: orNull(closed({ party: Text, name: Text, address: Text })),
  shipments: Type.Array(Text),
  first_at: orNull(Time),
  units: Type.Integer(),
  kg: Kg,
});
const Unit = closed({
  unit: Type.String({ description: "SSCC of a pallet, or a case that stands alone" }),
  unit_kind: Type.Enum(["pallet", "case"]),
  packed_at: Time,
  product: orNull(Text),
  lots: Type.Array(Text),
  kg: Kg,
  share: Share,
  place: Type.Enum(["stock", "shipped", "returned", "disposed"]),
  since: orNull(Time),
  shipment: orNull(Text),
  customer: orNull(Text),
  holds: Type.Array(Text),
  decision: Type.Enum(["call_back", "hold", "none"]),
});

/** What a recall begins with, in the query. */
const SUSPECTED = {
  lots: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4_000,
      description: "Suspected lots, pallets, cases, batches or pack codes, with commas between",
    }),
  ),
  at: AT,
  machine: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: "`<site>/<line>/<step>/<machine>`: what it made or packed from `from` to `to`",
    }),
  ),
  ...PERIOD,
};

const RecallShape = closed({
  suspected: Type.Array(Lot),
  unknown: Type.Array(Text, {
    description: "Asked for, and never heard of; machines that reported nothing of what they made then",
  }),
  lots: Type.Array(closed({ ...Lot.properties, share: Share, depth: Type.Integer(), affected_rest_kg: Kg })),
  units: Type.Array(Unit),
  customers: Type.Array(Place),
  stock: Place,
  without_genealogy: closed({ since: orNull(Time), pallets: Type.Integer(), kg: Kg }),
  with_genealogy: closed({ pallets: Type.Integer(), kg: Kg }),
  clear: Type.Array(
    closed({
      lots: Type.Array(Text),
      product: orNull(Text),
      pallets: Type.Integer(),
      kg: Kg,
      first_at: Time,
      last_at: Time,
    }),
    { description: "Pallets packed in that time to which no path leads, by what is in them" },
  ),
  balance: closed({
    in_kg: Kg,
    packed_kg: Kg,
    in_store_kg: Kg,
    lost_kg: Type.Number({ description: "Water, dust, samples, waste and rounding, kilograms" }),
    missing_kg: Type.Number({ description: "More found than went in, kilograms: 0 where it adds up" }),
  }),
  dispersion: Type.Array(closed({ kind: Text, count: Type.Integer(), largest_share: Share })),
  refused: Type.Array(Type.Array(Text)),
});

const recalls = route({
  method: "GET",
  path: "/api/recall",
  name: "recall",
  area: "Traceability",
  summary: "Everything that may have a part of suspected lots: what to call back, what to hold, where it is",
  description:
    "Begins with lots, pallets, batches or pack codes, or with what a machine made in a span of time. Every path counts: silos that mixed, tank heels, rework. What isn't named here has no path to the suspected lots.",
  query: closed(SUSPECTED),
  answer: RecallShape,
  list: "units",
  views: [genealogyView],
  mustBeLevel: true,
  changesWith: ["views"],
  handle({ query }, context) {
    const genealogy = genealogyOf(context);
    return shownRecall(recall(genealogy, asked(genealogy, query, context)));
  },
});

const TrackingEvent = closed({
  critical_tracking_event: Type.Enum([
    "receiving",
    "transformation",
    "packing",
    "shipping",
    "returning",
    "disposal",
  ]),
  traceability_lot_code: Text,
  product_description: Text,
  quantity: Type.Number(),
  unit_of_measure: Type.Enum(["KGM"]),
  event_date: Text,
  event_time_utc: Text,
  location_description: Text,
  input_traceability_lot_codes: Text,
  previous_source: Text,
  subsequent_recipient: Text,
  reference_document_type: Text,
  reference_document_number: Text,
  message_id: Type.Integer(),
});

const tracking = route({
  method: "GET",
  path: "/api/recall/tracking-events",
  name: "recallTracking",
  area: "Traceability",
  summary: "The critical tracking events of everything that a recall names: FSMA 204's sortable spreadsheet",
  description: "With `Accept: text/csv` it is what 21 CFR 1.1455 has sent to the regulator within 24 hours.",
  query: closed(SUSPECTED),
  answer: closed({ events: Type.Array(TrackingEvent) }),
  list: "events",
  views: [genealogyView],
  mustBeLevel: true,
  changesWith: ["views"],
  handle({ query }, context) {
    const genealogy = genealogyOf(context);
    const found = recall(genealogy, asked(genealogy, query, context));
    return { events: trackingEvents(genealogy, found).map((event) => ({ ...event })) };
  },
});

const report = route({
  method: "GET",
  path: "/api/recall/report.pdf",
  name: "recallReport",
  area: "Traceability",
  summary: "The report of a recall or its drill as PDF, to be signed",
  query: closed({
    ...SUSPECTED,
    drill: Type.Optional(Type.String({ maxLength: 40, description: "When the drill began" })),
    stopped: Type.Optional(Type.String({ maxLength: 40, description: "When it ended" })),
  }),
  answer: closed({ document: Type.Unknown({ description: "A PDF" }) }),
  media: "application/pdf",
  views: [genealogyView],
  changesWith: ["now"],
  handle({ query }, context) {
    const genealogy = genealogyOf(context);
    const begun = performance.now();
    const found = recall(genealogy, asked(genealogy, query, context));
    const order = drillOrder(found, context.plant.document.name, context.nowMs, {
      asked: askedOf(query),
      begunMs: timeOf("drill", query.drill),
      endedMs: timeOf("stopped", query.stopped),
      tookMs: performance.now() - begun,
      position: genealogy.reading.position(),
      behind: Math.max(0, context.log().end().id - genealogy.reading.position()),
      findings: genealogyFindings(context.views),
    });
    return { document: context.print(order) };
  },
});

function askedOf({ lots, at, machine, from, to }: SuspectedQuery): string {
  if (machine !== undefined) return `what ${machine} made from ${from ?? ""} to ${to ?? "now"}`;
  return `${lots ?? ""}${at === undefined ? "" : `, printed at ${at}`}`;
}

/** Contradictions that the genealogy has found: what a recall has to say of itself. */
export function genealogyFindings(views: ViewsReading): number {
  const edition = views
    .editions()
    .find(({ name, standing }) => name === genealogyView.name && standing === "answering");
  return edition === undefined ? 0 : views.findingCount(edition);
}

/** A drill's report as it is printed. */
export function drillOrder(found: Recall, issuer: string, createdMs: number, facts: DrillFacts): PrintOrder {
  return {
    title: "Recall report",
    issuer,
    foot: `Printed ${isoTime(createdMs)}, as of message ${facts.position} of the log. Suspected: ${facts.asked}`,
    createdMs,
    blocks: drillBlocks(found, facts),
  };
}

interface SuspectedQuery {
  readonly lots?: string;
  readonly at?: string;
  readonly machine?: string;
  readonly from?: string;
  readonly to?: string;
}

/** @throws ConcheError CONCHE_REQUEST_INVALID, CONCHE_NOT_FOUND, CONCHE_MATERIAL_UNKNOWN */
function asked(genealogy: Genealogy, query: SuspectedQuery, { nowMs, plant, log }: ApiContext): Suspicion {
  const { lots: list = "", machine } = query;
  const fromMs = timeOf("from", query.from);
  if (machine !== undefined && fromMs === undefined)
    throw badRequest("a machine is asked for together with from", "add from and to");
  if (machine !== undefined) requireAddress(machine, plant, log);
  const made =
    machine === undefined
      ? undefined
      : { machine, fromMs: fromMs ?? 0, toMs: timeOf("to", query.to) ?? nowMs };
  const found = suspicionOf(genealogy, { list, atMs: timeOf("at", query.at), made });
  if (found === undefined) throw badRequest("nothing is suspected", "give lots, or machine with from and to");
  return found;
}

/** A recall as the API and `conche recall --json` give it. */
export function shownRecall(found: Recall) {
  return {
    suspected: found.suspected.map(shownLot),
    unknown: [...found.unknown],
    lots: found.lots.map(({ lot, share, depth, restMg }) => ({
      ...shownLot(lot),
      ...{ share, depth, affected_rest_kg: kilograms(restMg) },
    })),
    units: found.units.map(({ unit, kind, packedMs, product, lots, mg, share, where, holds, decision }) => ({
      unit,
      unit_kind: kind,
      packed_at: isoTime(packedMs),
      product,
      lots: [...lots],
      kg: kilograms(mg),
      share,
      place: where.place,
      since: isoOrNull(where.sinceMs),
      shipment: where.shipment,
      customer: where.customer?.name ?? null,
      holds: [...holds],
      decision,
    })),
    customers: found.customers.map(shownPlace),
    stock: shownPlace(found.stock),
    without_genealogy: {
      since:
        found.withoutGenealogy.sinceMs === Number.MAX_SAFE_INTEGER
          ? null
          : isoTime(found.withoutGenealogy.sinceMs),
      pallets: found.withoutGenealogy.pallets,
      kg: kilograms(found.withoutGenealogy.mg),
    },
    with_genealogy: { pallets: found.withGenealogy.pallets, kg: kilograms(found.withGenealogy.mg) },
    clear: found.clear.map(({ lots, product, pallets, mg, firstMs, lastMs }) => ({
      lots: [...lots],
      product,
      pallets,
      kg: kilograms(mg),
      first_at: isoTime(firstMs),
      last_at: isoTime(lastMs),
    })),
    balance: {
      in_kg: kilograms(found.balance.inMg),
      packed_kg: kilograms(found.balance.packedMg),
      in_store_kg: kilograms(found.balance.inStoreMg),
      lost_kg: kilograms(found.balance.lostMg),
      missing_kg: kilograms(found.balance.missingMg),
    },
    dispersion: found.dispersion.map(({ kind, count, largestShare }) => ({
      ...{ kind, count, largest_share: largestShare },
    })),
    refused: found.refused.map((edge) => [...edge]),
  };
}

function shownPlace({ customer, shipments, firstMs, units, mg }: RecallPlace) {
  return {
    customer: customer === null ? null : { ...customer },
    shipments: [...shipments],
    first_at: isoOrNull(firstMs),
    units,
    kg: kilograms(mg),
  };
}

/** `GET /api/recall`. */
export const recallRoutes: readonly Route[] = [recalls, tracking, report];
