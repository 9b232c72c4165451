import { Type } from "typebox";
import { ALARM_PRIORITIES } from "../../contract/schemas/alarm-v2.ts";
import { CONDITION_KINDS } from "../../notify/condition.ts";
import type { Delivery } from "../../notify/delivery.ts";
import { isoTime } from "../../time/iso-time.ts";
import { Time } from "../period.ts";
import { closed, type Route, route } from "../route.ts";
import { orNull } from "../schemas.ts";

const notifications = route({
  method: "GET",
  path: "/api/notifications",
  name: "notifications",
  area: "Server",
  summary: "Who was told of what: the channels, and each message with what became of it, newest first",
  description:
    "Addresses and secrets of channels are in no answer. docs/notifications.md says how rules are written.",
  answer: closed({
    configured: Type.Boolean({ description: "Whether this process notifies (--notify)" }),
    channels: Type.Array(
      closed({
        channel: Type.String(),
        sent: Type.Integer({ description: "Messages that it took, since the state was made" }),
        failed: Type.Integer({ description: "Messages that were given up" }),
        waiting: Type.Integer({ description: "Messages on their way" }),
        held: Type.Integer({
          description: "News that wait for the next message: the limit, or one that is on its way",
        }),
        overflowed: Type.Integer({ description: "News that found no room and are only counted" }),
      }),
    ),
    deliveries: Type.Array(
      closed({
        id: Type.Integer(),
        channel: Type.String(),
        state: Type.Enum(["waiting", "sent", "failed"]),
        made_at: Time,
        attempts: Type.Integer(),
        next_at: orNull(Time),
        settled_at: orNull(Time),
        error: orNull(Type.String()),
        news: Type.Array(
          closed({
            event: Type.Enum(["began", "still", "escalated", "ended"]),
            rule: Type.String(),
            kind: Type.Enum([...CONDITION_KINDS]),
            priority: Type.Enum([...ALARM_PRIORITIES]),
            place: Type.String({ description: "Empty for the data center itself" }),
            sentence: Type.String(),
            since: Time,
          }),
        ),
        more: Type.Integer({ description: "News that aren't listed in it" }),
      }),
    ),
  }),
  list: "deliveries",
  changesWith: ["now"],
  handle(_request, context) {
    const state = context.notifications();
    if (state === undefined) return { configured: false, channels: [], deliveries: [] };
    const deliveries = [...state.deliveries.values()].reverse();
    const channels = Array.from(state.channels, ([channel, { sent, failed, overflowed, pending }]) => ({
      ...{ channel, sent, failed, overflowed, held: pending.length },
      waiting: deliveries.filter((each) => each.channel === channel && each.state === "waiting").length,
    }));
    return { configured: true, channels, deliveries: deliveries.map(shown) };
  },
});

function shown({ id, channel, state, madeMs, attempts, atMs, error, news, more }: Delivery) {
  const at = isoTime(atMs);
  return {
    ...{ id, channel, state, attempts, error, more, made_at: isoTime(madeMs) },
    next_at: state === "waiting" ? at : null,
    settled_at: state === "waiting" ? null : at,
    news: news.map(({ event, rule, condition: { kind, priority, place, sentence, sinceMs } }) => ({
      ...{ event, rule, kind, priority, place, sentence, since: isoTime(sinceMs) },
    })),
  };
}

/** `GET /api/notifications`. */
export const notificationRoutes: readonly Route[] = [notifications];
