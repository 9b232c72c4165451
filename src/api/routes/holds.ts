import { Type } from "typebox";
import { LEVEL_PATTERN } from "../../contract/topic.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import {
  type Goods,
  type HoldBody,
  holdMessage,
  newHoldId,
  type ReleaseBody,
  releaseMessage,
} from "../../monitor/holds/hold-action.ts";
import { type Hold, holdOf, holds } from "../../monitor/holds/hold-list.ts";
import { holdsView } from "../../monitor/holds/holds-view.ts";
import { isoTime } from "../../time/iso-time.ts";
import { genealogyView } from "../../trace/genealogy/genealogy-view.ts";
import { goodsUnheardOf } from "../../trace/questions/goods-unheard-of.ts";
import type { ApiContext } from "../context.ts";
import { deskHindrance } from "../desk.ts";
import { keyOf, NEXT, PAGE, page } from "../paging.ts";
import { Time } from "../period.ts";
import { BY, REASON, requireInLog } from "../person.ts";
import { badRequest, noDesk, notFound } from "../problem.ts";
import { closed, type Route, route } from "../route.ts";
import { SAID, shownSaid } from "../said.ts";
import { orNull } from "../schemas.ts";
import { ActionsUnderway, type Said } from "../underway.ts";

const Id = Type.String({ minLength: 1, maxLength: 80 });
const Ids = Type.Array(Id, { minItems: 1, maxItems: 1_000 });
const GOODS = {
  lots: Type.Optional({ ...Ids, description: "The lots" }),
  units: Type.Optional({ ...Ids, description: "The cases and pallets" }),
};
const PERSON = {
  by: BY,
  reason: REASON,
};
const DECISIONS = ["released", "rework", "rejected"] as const;
const HOLD_ID = closed({ hold_id: Id });
const HOLD_SAID = { hold_id: Id, ...SAID };

const HoldAnswer = closed({
  hold_id: Id,
  version: Type.Integer({ description: "The newest message that spoke of it: what a decision has to know" }),
  open: Type.Boolean({ description: "Something is still on it" }),
  line: Type.String({ description: "`<site>/<line>`" }),
  goods: Type.Array(
    closed({
      kind: Type.Enum(["lot", "unit"]),
      id: Type.String(),
      decision: orNull(Type.String({ description: "released, rework or rejected; null: on hold" })),
    }),
  ),
  events: Type.Array(
    closed({
      event: Type.Enum(["HOLD", "RELEASE"]),
      at: Time,
      by: Type.String(),
      reason: Type.String(),
      decision: orNull(Type.String()),
      made_from: orNull(Type.String({ description: "Begin of the production it covers" })),
      made_until: orNull(Type.String()),
      said_by: Type.String({ description: "The machine or desk" }),
      message_id: Type.Integer(),
    }),
  ),
});

const list = route({
  method: "GET",
  path: "/api/holds",
  name: "holds",
  area: "Holds",
  summary: "Goods on hold: who put them there, why, and what was decided",
  query: closed({
    open: Type.Optional(Type.Boolean({ description: "Only those that something is still on" })),
    ...PAGE,
  }),
  answer: closed({ holds: Type.Array(HoldAnswer), next: NEXT }),
  list: "holds",
  views: [holdsView],
  changesWith: ["views"],
  handle({ query: { open, limit = 100, cursor } }, context) {
    const after = keyOf(cursor, 1)?.[0];
    const reading = context.views.reading(holdsView);
    function* chosen() {
      for (const hold of holds(reading, after === undefined ? undefined : String(after))) {
        if (open === undefined || hold.open === open) yield hold;
      }
    }
    const { rows, next } = page(chosen(), limit, ({ holdId }) => [holdId]);
    return { holds: rows.map(shown), next };
  },
});

const put = route({
  method: "POST",
  path: "/api/holds/lines/{site}/{line}",
  name: "putOnHold",
  area: "Holds",
  summary: "Puts lots, cases or pallets on hold: they may not be used, moved on or shipped",
  params: closed({
    site: Type.String({ pattern: LEVEL_PATTERN.source, maxLength: 63 }),
    line: Type.String({ pattern: LEVEL_PATTERN.source, maxLength: 63 }),
  }),
  body: closed({
    ...PERSON,
    ...GOODS,
    hold_id: Type.Optional({ ...Id, description: "A new id; made where it is left out" }),
  }),
  answer: closed({
    ...HOLD_SAID,
    unknown: orNull(
      Type.Array(Type.String(), {
        description:
          "Goods that no machine has spoken of: on hold from when they come, or mistyped; null: nobody can tell yet",
      }),
    ),
  }),
  status: 202,
  views: [holdsView],
  changesWith: ["now"],
  async handle({ params: { site, line }, body }, context) {
    if (context.plant.line(site, line) === undefined) {
      const lines = context.plant.lines.map((each) => `${each.site.id}/${each.definition.id}`);
      throw notFound(`the plant has no line ${site}/${line}`, `it has ${lines.slice(0, 20).join(", ")}`);
    }
    if ((body.lots ?? body.units) === undefined)
      throw badRequest("body: no goods", "name `lots` or `units`, or both");
    const holdId = body.hold_id ?? newHoldId(line, context.nowMs);
    const known = holdOf(context.views.reading(holdsView), holdId);
    const message = holdMessage(holdId, body, body, known, context.nowMs);
    const unknown = unheardGoods(context, body);
    return { hold_id: holdId, ...(await publish(context, { site, line }, message, known)), unknown };
  },
});

const release = route({
  method: "POST",
  path: "/api/holds/{hold_id}/release",
  name: "decideHold",
  area: "Holds",
  summary: "Decides over what is on a hold: all of it, or the goods that are named",
  params: HOLD_ID,
  body: closed({
    ...PERSON,
    ...GOODS,
    decision: Type.Enum(DECISIONS, { description: "What becomes of it" }),
    seen: Type.Integer({
      minimum: 1,
      description:
        "The hold's `version` as the person saw it: refused with 409 when something has happened since",
    }),
  }),
  answer: closed(HOLD_SAID),
  status: 202,
  views: [holdsView],
  changesWith: ["now"],
  async handle({ params: { hold_id }, body }, context) {
    const hold = holdOf(context.views.reading(holdsView), hold_id);
    if (hold === undefined) throw notFound(`there is no hold ${hold_id}`, "GET /api/holds lists them");
    const [site = "", line = ""] = hold.line.split("/");
    requireInLog(body.seen, context);
    const message = releaseMessage(hold, body, context.nowMs);
    return { hold_id, ...(await publish(context, { site, line }, message, hold)) };
  },
});

async function publish(
  { desk, underway = new ActionsUnderway(), nowMs, health }: ApiContext,
  place: { readonly site: string; readonly line: string },
  body: HoldBody | ReleaseBody,
  hold: Hold | undefined,
) {
  if (desk === undefined) throw noDesk();
  const action = {
    what: `hold ${body.hold_id}`,
    hindrance: deskHindrance(health()),
    said: { event: body.event, by: body.by, atMs: nowMs },
    isShown: ({ event, by, atMs }: Said) =>
      hold?.events.some((row) => row.event === event && row.by_person === by && row.at_ms === atMs) === true,
  };
  return shownSaid(await underway.carryOut(action, nowMs, () => desk.publish(place, "batch", { ...body })));
}

/** Goods that no machine has spoken of; null where nobody can tell yet. A hold doesn't wait for that. */
function unheardGoods({ views }: ApiContext, goods: Goods): string[] | null {
  try {
    return goodsUnheardOf(views.reading(genealogyView), goods);
  } catch (error) {
    if (error instanceof ConcheError && error.code === "CONCHE_VIEW_NOT_READY") return null;
    throw error;
  }
}

function shown({ holdId, version, open, line, targets, events }: Hold) {
  return {
    ...{ hold_id: holdId, version, open, line },
    goods: targets.map(({ kind, id, decision }) => ({ kind, id, decision })),
    events: events.map((each) => ({
      event: each.event === "HOLD" ? ("HOLD" as const) : ("RELEASE" as const),
      at: isoTime(each.at_ms),
      by: each.by_person,
      reason: each.reason,
      decision: each.decision,
      made_from: each.made_from,
      made_until: each.made_until,
      said_by: each.machine,
      message_id: each.id,
    })),
  };
}

/** Goods on hold: `GET` lists them, `POST` puts and releases. */
export const holdRoutes: readonly Route[] = [list, put, release];
