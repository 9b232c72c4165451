import { Type } from "typebox";
import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import { type DueDiligence, dueDiligence, plotsOf } from "../../../trace/questions/due-diligence.ts";
import type { ApiContext } from "../../context.ts";
import { isoTime, Time } from "../../period.ts";
import { notFound } from "../../problem.ts";
import { closed, type Route, route } from "../../route.ts";
import { orNull } from "../../schemas.ts";
import { genealogyOf } from "./genealogy-of.ts";
import { Share } from "./shapes.ts";

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
  changesWith: ["views"],
  handle({ params }, context) {
    return { document: plotsOf(required(context, params.id)) };
  },
});

/** @throws ConcheError CONCHE_NOT_FOUND */
function required(context: ApiContext, id: string): DueDiligence {
  const found = dueDiligence(genealogyOf(context), id);
  if (found === undefined) throw notFound(`nobody has heard of ${id}`);
  return found;
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
      plots: statements.reduce((sum, { plots = [] }) => sum + plots.length, 0),
    })),
    uncovered: [...uncovered],
    references: [...references],
    passed_on: passedOn === null ? null : [...passedOn],
    unknown_origin: [...unknownOrigin],
  };
}

/** `GET` of what the EU deforestation regulation (2023/1115) asks of a lot, and of its plots as GeoJSON. */
export const dueDiligenceRoutes: readonly Route[] = [eudr, plots];
