import { Type } from "typebox";
import { genealogySvg } from "../../../trace/draw/genealogy-svg.ts";
import { type Drawing, drawingOf } from "../../../trace/draw/layers.ts";
import { stagesOf } from "../../../trace/draw/stages.ts";
import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import { requireGoods } from "../../../trace/questions/find-subject.ts";
import type { Genealogy } from "../../../trace/questions/genealogy.ts";
import { type Trace, trace } from "../../../trace/questions/trace.ts";
import { holdsOn, holdsOnLot } from "../../../trace/questions/where-units-are.ts";
import type { ApiContext } from "../../context.ts";
import { timeOf } from "../../period.ts";
import { closed, type Route, route } from "../../route.ts";
import { orNull } from "../../schemas.ts";
import { genealogyOf } from "./genealogy-of.ts";
import { AT, Kg, Share } from "./shapes.ts";
import { SUBJECT_ID, SubjectShape } from "./trace.ts";

const Text = Type.String();
/** Nearest first: nobody reads a picture of more. */
const MOST_NODES = 2_000;
/** Members of one box that are named. */
const MOST_NAMED = 500;

const QUERY = closed({
  direction: Type.Optional(Type.Enum(["up", "down", "both"], { default: "both" })),
  depth: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: "At most so many steps" })),
  unfold: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4_000,
      description: "Keys of folded boxes that are to be opened, with commas between",
    }),
  ),
  at: AT,
});

const drawings = route({
  method: "GET",
  path: "/api/trace/{id}/drawing",
  name: "traceDrawing",
  area: "Traceability",
  summary: "The genealogy of something, laid out to be drawn: a layer for each stage of the process",
  description: `Wide layers are folded into one box for a batch, a product or a stage. The ${MOST_NODES} nearest lots and units are laid out; \`reached\` says how many there are.`,
  params: SUBJECT_ID,
  query: QUERY,
  answer: closed({
    subject: SubjectShape,
    layers: Type.Array(
      Type.Array(
        closed({
          kind: Type.Enum(["received", "silo", "step", "tank", "rework", "stock", "pallet", "case"]),
          step: orNull(Type.String({ description: "The process step, as s4_conching" })),
        }),
      ),
    ),
    rows: Type.Integer(),
    nodes: Type.Array(
      closed({
        key: Type.String({ description: "What `unfold` takes" }),
        title: Text,
        what: Type.String({ description: "Material, pallet or case" }),
        kg: Kg,
        ids: Type.Array(Text, { description: `What the box stands for, ${MOST_NAMED} at most` }),
        count: Type.Integer(),
        held: Type.Integer({ description: "Of those, on hold now" }),
        direction: Type.Enum(["asked", "up", "down"]),
        share: Share,
        layer: Type.Integer(),
        row: Type.Integer(),
      }),
    ),
    edges: Type.Array(closed({ from: Text, to: Text, kg: Kg })),
    reached: Type.Integer({ description: "Lots and units there are, drawn or not" }),
    drawn: Type.Integer(),
    cut: Type.Boolean({ description: "Whether a bound kept something out of `reached`" }),
  }),
  views: [genealogyView],
  changesWith: ["views"],
  handle({ params, query }, context) {
    const { genealogy, subject, found, drawing } = drawn(params.id, query, context);
    const held = heldOf(genealogy, found, context.spend);
    const { layers, rows, nodes, edges } = drawing;
    return {
      subject: { ...subject, lots: [...subject.lots], units: [...subject.units] },
      layers: layers.map((stages) => stages.map((stage) => ({ ...stage }))),
      rows,
      nodes: nodes.map(({ ids, ...node }) => ({
        ...node,
        ids: ids.slice(0, MOST_NAMED),
        count: ids.length,
        held: ids.filter((id) => held.has(id)).length,
      })),
      edges: edges.map((edge) => ({ ...edge })),
      reached: found.reached,
      drawn: found.nodes.length,
      cut: found.cut,
    };
  },
});

const image = route({
  method: "GET",
  path: "/api/trace/{id}/image",
  name: "traceImage",
  area: "Traceability",
  summary: "The genealogy of something as an image (SVG)",
  params: SUBJECT_ID,
  query: QUERY,
  answer: closed({ document: Type.String({ description: "SVG" }) }),
  media: "image/svg+xml",
  views: [genealogyView],
  changesWith: ["views"],
  handle({ params, query }, context) {
    const { subject, drawing } = drawn(params.id, query, context);
    return { document: genealogySvg(drawing, subject.id) };
  },
});

interface Wanted {
  readonly direction?: "up" | "down" | "both";
  readonly depth?: number;
  readonly unfold?: string;
  readonly at?: string;
}

/** @throws ConcheError CONCHE_NOT_FOUND, CONCHE_REQUEST_INVALID */
function drawn(id: string, { direction = "both", depth, unfold, at }: Wanted, context: ApiContext) {
  const genealogy = genealogyOf(context);
  const subject = requireGoods(genealogy, id, timeOf("at", at));
  const found = trace(genealogy, subject, direction, { depth, most: MOST_NODES });
  const opened = new Set(unfold?.split(","));
  const drawing: Drawing = drawingOf(found, stagesOf(genealogy, found), opened);
  return { genealogy, subject, found, drawing };
}

/** The lots and units of a trace that are on hold now. */
function heldOf(genealogy: Genealogy, { nodes }: Trace, spend: () => void): Set<string> {
  const held = new Set<string>();
  for (const [at, { id, kind }] of nodes.entries()) {
    if (at % 256 === 0) spend();
    if ((kind === "unit" ? holdsOn(genealogy, id) : holdsOnLot(genealogy, id)).length > 0) held.add(id);
  }
  return held;
}

/** `GET` the graph of a trace: laid out, and as an SVG image. */
export const drawingRoutes: readonly Route[] = [drawings, image];
