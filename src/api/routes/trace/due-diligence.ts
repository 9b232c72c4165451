import { Type } from "typebox";
import { isoTime } from "../../../time/iso-time.ts";
import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import { kilograms } from "../../../trace/genealogy/mass.ts";
import {
  type CocoaLot,
  cocoaReceived,
  type DueDiligence,
  dueDiligence,
  plotsOf,
  type ReceivedCocoa,
} from "../../../trace/questions/due-diligence.ts";
import type { ApiContext } from "../../context.ts";
import { cursorOf, keyOf, NEXT, PAGE } from "../../paging.ts";
import { Time, timeOf } from "../../period.ts";
import { notFound } from "../../problem.ts";
import { closed, type Route, route } from "../../route.ts";
import { orNull } from "../../schemas.ts";
import { genealogyOf } from "./genealogy-of.ts";
import { Kg, Share } from "./shapes.ts";

const Text = Type.String();
const PARAMS = closed({
  id: Type.String({
    minLength: 1,
    maxLength: 80,
    description: "A lot, SSCC, case, batch, pack code or shipment",
  }),
});

const Shape = closed({
  goods: Type.Array(Text),
  lots: Type.Array(
    closed({
      lot: Text,
      material: Text,
      supplier: Text,
      received_at: Time,
      country: orNull(Text),
      share: Share,
      references: Type.Array(Text),
      plots: Type.Integer(),
    }),
  ),
  uncovered: Type.Array(Text, { description: "Cocoa lots without any reference" }),
  references: Type.Array(Text),
  passed_on: orNull(Type.Array(Text, { description: "References that went out with the shipment" })),
  unknown_origin: Type.Array(Text, { description: "Lots whose origin nobody told" }),
});

const eudr = route({
  method: "GET",
  path: "/api/due-diligence/{id}",
  name: "dueDiligence",
  area: "Traceability",
  summary: "The cocoa in something, with references, countries and plots (Regulation (EU) 2023/1115)",
  params: PARAMS,
  answer: Shape,
  list: "lots",
  views: [genealogyView],
  mustBeLevel: true,
  changesWith: ["views"],
  handle({ params }, context) {
    return shownDueDiligence(required(context, params.id));
  },
});

const plots = route({
  method: "GET",
  path: "/api/due-diligence/{id}/plots",
  name: "cocoaPlots",
  area: "Traceability",
  summary: "The plots that the cocoa in something grew on, as GeoJSON",
  params: PARAMS,
  answer: closed({ document: Type.Unknown({ description: "A FeatureCollection (RFC 7946)" }) }),
  media: "application/geo+json",
  views: [genealogyView],
  mustBeLevel: true,
  changesWith: ["views"],
  handle({ params }, context) {
    return { document: plotsOf(required(context, params.id).lots) };
  },
});

const received = route({
  method: "GET",
  path: "/api/due-diligence",
  name: "cocoaLots",
  area: "Traceability",
  summary:
    "The cocoa lots that came in, newest first: countries, references, plots, and those that have none",
  query: closed({
    from: Type.Optional(Type.String({ maxLength: 40, description: "Received from this time on" })),
    to: Type.Optional(Type.String({ maxLength: 40, description: "Received before this time" })),
    without_reference: Type.Optional(Type.Boolean({ description: "Only those without any reference" })),
    ...PAGE,
  }),
  answer: closed({
    lots: Type.Array(
      closed({
        lot: Text,
        material: Text,
        supplier: Text,
        received_at: Time,
        country: orNull(Text),
        kg: Kg,
        rest_kg: Type.Number({ description: "What is left of it by the books, kilograms" }),
        references: Type.Array(Text),
        plots: Type.Integer(),
      }),
    ),
    all: Type.Integer({ description: "Cocoa lots of that time" }),
    without_reference: Type.Integer({ description: "Of those, without any reference" }),
    countries: Type.Array(
      closed({ country: orNull(Text), lots: Type.Integer(), kg: Kg, plots: Type.Integer() }),
    ),
    next: NEXT,
  }),
  list: "lots",
  views: [genealogyView],
  mustBeLevel: true,
  changesWith: ["views"],
  handle({ query: { from, to, without_reference = false, limit = 100, cursor } }, context) {
    const [fromMs, toMs] = [timeOf("from", from), timeOf("to", to)];
    const span = { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) };
    const all = cocoaReceived(genealogyOf(context), span);
    const uncovered = all.filter(({ statements }) => statements.length === 0);
    const chosen = without_reference ? uncovered : all;
    const after = Number(keyOf(cursor, 1)?.[0] ?? 0);
    return {
      lots: chosen.slice(after, after + limit).map(shownCocoaLot),
      all: all.length,
      without_reference: uncovered.length,
      countries: Array.from(
        Map.groupBy(all, ({ country }) => country),
        ([country, own]) => ({
          country,
          lots: own.length,
          kg: kilograms(own.reduce((sum, { mg }) => sum + mg, 0)),
          plots: own.reduce((sum, { statements }) => sum + plotCount(statements), 0),
        }),
      ).sort((a, b) => b.kg - a.kg),
      next: after + limit < chosen.length ? cursorOf([after + limit]) : null,
    };
  },
});

function plotCount(statements: CocoaLot["statements"]): number {
  return statements.reduce((sum, { plots = [] }) => sum + plots.length, 0);
}

/** @throws ConcheError CONCHE_NOT_FOUND */
function required(context: ApiContext, id: string): DueDiligence {
  const found = dueDiligence(genealogyOf(context), id);
  if (found === undefined) throw notFound(`nobody has heard of ${id}`);
  return found;
}

/** A cocoa lot that came in, as the API and `conche eudr --json` give it. */
export function shownCocoaLot(each: ReceivedCocoa) {
  return {
    lot: each.lot,
    material: each.material,
    supplier: each.supplier,
    received_at: isoTime(each.receivedMs),
    country: each.country,
    kg: kilograms(each.mg),
    rest_kg: kilograms(each.restMg),
    references: each.statements.map(({ reference }) => reference),
    plots: plotCount(each.statements),
  };
}

/** As the API and `conche eudr --json` give it. */
export function shownDueDiligence({
  goods,
  lots,
  uncovered,
  references,
  passedOn,
  unknownOrigin,
}: DueDiligence) {
  return {
    goods: [...goods],
    lots: lots.map(({ lot, material, supplier, receivedMs, country, share, statements }) => ({
      ...{ lot, material, supplier, received_at: isoTime(receivedMs), country, share },
      references: statements.map(({ reference }) => reference),
      plots: plotCount(statements),
    })),
    uncovered: [...uncovered],
    references: [...references],
    passed_on: passedOn === null ? null : [...passedOn],
    unknown_origin: [...unknownOrigin],
  };
}

/** `GET` of what the EU deforestation regulation (2023/1115) asks of a lot, and of its plots as GeoJSON. */
export const dueDiligenceRoutes: readonly Route[] = [received, eudr, plots];
