import { Type } from "typebox";
import { isoTime } from "../../../time/iso-time.ts";
import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import { kilograms } from "../../../trace/genealogy/mass.ts";
import { requireGoods, requireSubject } from "../../../trace/questions/find-subject.ts";
import { search } from "../../../trace/questions/search.ts";
import { type Trace, trace } from "../../../trace/questions/trace.ts";
import { cursorOf, keyOf, NEXT, PAGE } from "../../paging.ts";
import { Time, timeOf } from "../../period.ts";
import { closed, type Route, route } from "../../route.ts";
import { orNull } from "../../schemas.ts";
import { genealogyOf } from "./genealogy-of.ts";
import { AT, Kg, Lot, shownLot } from "./shapes.ts";

/** What an id names: the lots and units it stands for. */
export const SubjectShape = closed({
  kind: Type.Enum(["lot", "pallet", "case", "batch", "pack_code"]),
  id: Type.String(),
  lots: Type.Array(Type.String()),
  units: Type.Array(Type.String()),
});
/** The path parameter of questions about something. */
export const SUBJECT_ID = closed({
  id: Type.String({
    minLength: 1,
    maxLength: 80,
    description: "A lot, the SSCC of a pallet, a case, a batch, or the code printed on a pack",
  }),
});

const Node = closed({
  kind: Type.Enum(["lot", "unit"]),
  id: Type.String(),
  direction: Type.Enum(["asked", "up", "down"]),
  depth: Type.Integer({ description: "Steps from what was asked for" }),
  share: Type.Number({
    description:
      "Upwards: the part of what was asked for that was made of it; downwards: the part of it that is of what was asked for. By mass, mixed evenly, 0 to 1; presence is possible wherever there is a node, also at 0",
  }),
  lot: orNull(Lot),
  unit: orNull(
    closed({
      unit_kind: Type.String(),
      item: orNull(Type.String()),
      product: orNull(Type.String()),
      packed_at: Time,
      kg: Kg,
      pieces: Type.Integer(),
    }),
  ),
});
const Edge = closed({ source: Type.String(), target: Type.String(), kg: Kg });

const find = route({
  method: "GET",
  path: "/api/find/{id}",
  name: "findSubject",
  area: "Traceability",
  summary: "What a typed or scanned code stands for: lot, pallet, case, batch or pack code",
  params: SUBJECT_ID,
  query: closed({ at: AT }),
  answer: closed({ subject: SubjectShape }),
  views: [genealogyView],
  changesWith: ["views"],
  handle({ params, query }, context) {
    const subject = requireSubject(genealogyOf(context), params.id, timeOf("at", query.at));
    return { subject: { ...subject, lots: [...subject.lots], units: [...subject.units] } };
  },
});

const searches = route({
  method: "GET",
  path: "/api/find",
  name: "search",
  area: "Traceability",
  summary: "Lots, batches, pallets, cases and pack codes whose id begins with what is typed",
  query: closed({
    text: Type.String({ minLength: 1, maxLength: 80 }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 5, description: "Of each kind" })),
  }),
  answer: closed({
    matches: Type.Array(
      closed({ kind: Type.Enum(["lot", "pallet", "case", "batch", "pack_code"]), id: Type.String() }),
    ),
  }),
  list: "matches",
  views: [genealogyView],
  changesWith: ["views"],
  handle({ query: { text, limit = 5 } }, context) {
    return { matches: search(genealogyOf(context), text, limit).map((match) => ({ ...match })) };
  },
});

const traces = route({
  method: "GET",
  path: "/api/trace/{id}",
  name: "trace",
  area: "Traceability",
  summary: "What something was made of, and what was made of it, by every path",
  description:
    "Possible presence: every path counts, however little goes over it. Nodes come nearest first, in pages; the edges of a page are those that lead to its nodes.",
  params: SUBJECT_ID,
  query: closed({
    direction: Type.Optional(Type.Enum(["up", "down", "both"], { default: "both" })),
    depth: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: "At most so many steps" })),
    at: AT,
    ...PAGE,
  }),
  answer: closed({
    subject: SubjectShape,
    nodes: Type.Array(Node),
    edges: Type.Array(Edge),
    reached: Type.Integer({ description: "Nodes in all pages" }),
    cut: Type.Boolean({ description: "Whether a bound kept something out: ask for less, or from nearer" }),
    refused: Type.Array(Type.Array(Type.String()), {
      description: "Edges that close a circle: they carry presence, and no mass",
    }),
    next: NEXT,
  }),
  list: "nodes",
  views: [genealogyView],
  changesWith: ["views"],
  handle({ params, query }, context) {
    const genealogy = genealogyOf(context);
    const { direction = "both", depth, at, limit = 100, cursor } = query;
    const subject = requireGoods(genealogy, params.id, timeOf("at", at));
    const after = Number(keyOf(cursor, 1)?.[0] ?? 0);
    const found = trace(genealogy, subject, direction, { depth, most: limit, after });
    return {
      subject: { ...subject, lots: [...subject.lots], units: [...subject.units] },
      ...shownTrace(found),
      next: after + limit < found.reached ? cursorOf([after + limit]) : null,
    };
  },
});

/** A trace as the API and `conche trace --json` give it. */
export function shownTrace(found: Trace) {
  return {
    nodes: found.nodes.map(({ kind, id, direction, depth, share, lot, unit }) => ({
      ...{ kind, id, direction, depth, share },
      lot: lot === undefined ? null : shownLot(lot),
      unit:
        unit === undefined
          ? null
          : {
              unit_kind: unit.kind,
              item: unit.item,
              product: unit.product,
              packed_at: isoTime(unit.at_ms),
              kg: kilograms(unit.mg),
              pieces: unit.pieces,
            },
    })),
    edges: found.edges.map(({ source, target, mg }) => ({ source, target, kg: kilograms(mg) })),
    reached: found.reached,
    cut: found.cut,
    refused: found.refused.map((edge) => [...edge]),
  };
}

/** `GET` of what an id names, and of where it came from or went. */
export const traceRoutes: readonly Route[] = [find, searches, traces];
