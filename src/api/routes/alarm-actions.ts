import { type Static, type TProperties, Type } from "typebox";
import { type AlarmAction, alarmMessage, LONGEST_SHELVED_MS } from "../../monitor/alarms/alarm-action.ts";
import { alarmEvents, alarmNow } from "../../monitor/alarms/alarm-list.ts";
import { ALARM_VIEW } from "../../monitor/alarms/alarm-view.ts";
import { isoTime } from "../../time/iso-time.ts";
import type { ApiContext } from "../context.ts";
import { deskHindrance } from "../desk.ts";
import { timeOf } from "../period.ts";
import { BY, REASON, requireInLog, words } from "../person.ts";
import { badRequest, noDesk, notFound } from "../problem.ts";
import { closed, type Route, route } from "../route.ts";
import { SAID, shownSaid } from "../said.ts";
import { ADDRESS, keyOfAddress } from "../schemas.ts";
import { ActionsUnderway, type Said } from "../underway.ts";

const PARAMS = closed({ ...ADDRESS, alarm_id: Type.String({ minLength: 1, maxLength: 80 }) });
const PERSON = {
  by: BY,
  seen: Type.Integer({
    minimum: 1,
    description:
      "The alarm's `version` as the person saw it: refused with 409 when something has happened since",
  }),
};

/** Events looked at for what has changed. */
const NEWS = 20;

interface ActionDefinition<Body extends TProperties> {
  readonly verb: string;
  readonly name: string;
  readonly summary: string;
  readonly body: Body;
  readonly action: (body: Static<ReturnType<typeof closed<Body>>>, nowMs: number) => AlarmAction;
}

/** A thing that people do with an alarm: a message, answered with its number before it is in the log. */
function actionRoute<Body extends TProperties>({
  verb,
  name,
  summary,
  body,
  action,
}: ActionDefinition<Body>) {
  return route({
    method: "POST",
    path: `/api/alarms/{site}/{line}/{step}/{machine}/{alarm_id}/${verb}`,
    name,
    area: "Alarms",
    summary,
    params: PARAMS,
    body: closed({ ...PERSON, ...body }),
    answer: closed(SAID),
    status: 202,
    views: [ALARM_VIEW],
    changesWith: ["now"],
    handle({ params, body: asked }, context) {
      const given = asked as Static<ReturnType<typeof closed<Body>>> & { by: string; seen: number };
      return act(context, keyOfAddress(params), params.alarm_id, action(given, context.nowMs), given);
    },
  });
}

/** @throws ConcheError CONCHE_NOT_FOUND, CONCHE_NO_DESK, CONCHE_ACTION_STALE, CONCHE_ACTION_REFUSED, CONCHE_OUTBOX_… */
async function act(
  context: ApiContext,
  machine: string,
  alarmId: string,
  action: AlarmAction,
  { by, seen }: { readonly by: string; readonly seen: number },
) {
  const { desk, nowMs } = context;
  if (desk === undefined) throw noDesk();
  const reading = context.views.reading(ALARM_VIEW);
  const alarm = alarmNow(reading, machine, alarmId, nowMs);
  if (alarm === undefined) throw notFound(`nothing was ever heard of an alarm ${alarmId} of ${machine}`);
  requireInLog(seen, context);
  const events = alarmEvents(reading, machine, alarmId, NEWS);
  const body = alarmMessage(alarm, events, action, { by, seen }, nowMs);
  const [site = "", line = ""] = machine.split("/");
  const { underway = new ActionsUnderway() } = context;
  const oneAction = {
    what: `alarm ${alarmId} of ${machine}`,
    hindrance: deskHindrance(context.health()),
    said: { event: body.event, by: by.trim(), atMs: nowMs },
    isShown: (said: Said) =>
      events.some((row) => row.event === said.event && row.by === said.by && row.said_ms === said.atMs),
  };
  return shownSaid(
    await underway.carryOut(oneAction, nowMs, () => desk.publish({ site, line }, "alarm", body)),
  );
}

const acknowledge = actionRoute({
  verb: "acknowledge",
  name: "acknowledgeAlarm",
  summary: "Somebody has seen it and takes it on; goes for every occurrence up to the one that was seen",
  body: { comment: Type.Optional(words("What the person adds", 500)) },
  action: ({ comment }) => ({ kind: "acknowledge", comment }),
});

const comment = actionRoute({
  verb: "comment",
  name: "commentAlarm",
  summary: "Says something about it, for whoever looks next; the alarm stands as it did",
  body: { comment: words("What to say", 500) },
  action: ({ comment: said }) => ({ kind: "comment", comment: said }),
});

const shelve = actionRoute({
  verb: "shelve",
  name: "shelveAlarm",
  summary: "Silences it for a time, 7 days at most, with a reason",
  body: {
    until: Type.String({
      minLength: 1,
      maxLength: 80,
      description: "When it comes back: as `from` elsewhere, UTC without a zone",
    }),
    reason: REASON,
  },
  action: ({ until, reason }, nowMs) => ({ kind: "shelve", untilMs: shelvedUntil(until, nowMs), reason }),
});

/** What no look at the alarm would mend is a bad request. @throws ConcheError CONCHE_REQUEST_INVALID */
function shelvedUntil(text: string, nowMs: number): number {
  const untilMs = timeOf("until", text) ?? 0;
  const hint = "give a time to come, 7 days ahead at most; for longer an alarm is taken out of service";
  if (untilMs <= nowMs) throw badRequest(`body.until: ${isoTime(untilMs)} is over`, hint);
  if (untilMs - nowMs > LONGEST_SHELVED_MS)
    throw badRequest(`body.until: ${isoTime(untilMs)} is more than 7 days ahead`, hint);
  return untilMs;
}

const unshelve = actionRoute({
  verb: "unshelve",
  name: "unshelveAlarm",
  summary: "Lets it call again before its time is over",
  body: {},
  action: () => ({ kind: "unshelve" }),
});

const takeOut = actionRoute({
  verb: "out-of-service",
  name: "takeAlarmOutOfService",
  summary: "Switches it off for maintenance, until it is returned",
  body: { reason: REASON },
  action: ({ reason }) => ({ kind: "take_out_of_service", reason }),
});

const putBack = actionRoute({
  verb: "return-to-service",
  name: "returnAlarmToService",
  summary: "Switches it on again after maintenance",
  body: {},
  action: () => ({ kind: "return_to_service" }),
});

/** `POST` on an alarm: acknowledge, comment, shelve, unshelve, take out of service, put back (ISA-18.2). */
export const alarmActionRoutes: readonly Route[] = [acknowledge, comment, shelve, unshelve, takeOut, putBack];
