import { Type } from "typebox";
import { flagNames } from "../../contract/policy.ts";
import { MESSAGE_TYPES } from "../../contract/topic.ts";
import type { StoredMessage } from "../../log/log-reading.ts";
import { unknownNames } from "../../log/unknown-names.ts";
import { isoTime } from "../../time/iso-time.ts";
import { keyOf, NEXT, PAGE, page } from "../paging.ts";
import { PERIOD, Time, timeOf } from "../period.ts";
import { badRequest, notFound } from "../problem.ts";
import { closed, type Route, route } from "../route.ts";
import { LEVELS, orNull, UNKNOWN } from "../schemas.ts";

const Message = closed({
  id: Type.Integer({ description: "Its place in the log" }),
  at: Time,
  received_at: Time,
  topic: Type.String(),
  type: orNull(Type.Enum([...MESSAGE_TYPES])),
  version: Type.Integer(),
  boot: orNull(Type.String()),
  seq: orNull(Type.Integer()),
  qos: orNull(Type.Integer()),
  retain: orNull(Type.Boolean()),
  flags: Type.Array(Type.String()),
  batch_id: orNull(Type.String()),
  payload: Type.String({ description: "Exactly as received" }),
});

const messages = route({
  method: "GET",
  path: "/api/messages",
  name: "messages",
  area: "Messages",
  summary: "Stored messages by machine, type, batch and event time",
  description: "In the order in which they were stored, the newest first unless `order=asc`.",
  query: closed({
    ...LEVELS,
    type: Type.Optional(Type.Enum([...MESSAGE_TYPES])),
    batch: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: "As B20260111-DA-0042" })),
    ...PERIOD,
    order: Type.Optional(Type.Enum(["asc", "desc"])),
    ...PAGE,
  }),
  answer: closed({ messages: Type.Array(Message), unknown: UNKNOWN, next: NEXT }),
  list: "messages",
  changesWith: ["log"],
  handle({ query }, context) {
    const { from, to, batch, limit = 100, cursor, order = "desc", ...place } = query;
    const sinceMs = timeOf("from", from);
    const untilMs = timeOf("to", to);
    if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs) {
      throw badRequest(`from (${isoTime(sinceMs)}) must be before to (${isoTime(untilMs)})`);
    }
    const after = Number(keyOf(cursor, 1)?.[0] ?? Number.NaN);
    const beyond = Number.isNaN(after) ? {} : order === "asc" ? { afterId: after } : { beforeId: after };
    const found = context.log().query({
      ...{ site: place.site, line: place.line, step: place.step, machine: place.machine, type: place.type },
      ...{ batchId: batch, sinceMs, untilMs, order, limit: limit + 1 },
      ...beyond,
    });
    const { rows, next } = page(within(found, context.spend), limit, ({ id }) => [id]);
    const unknown = rows.length > 0 ? [] : unknownNames(context.log(), { ...place, batchId: batch });
    return { messages: rows.map(shown), unknown, next };
  },
});

const message = route({
  method: "GET",
  path: "/api/messages/{id}",
  name: "message",
  area: "Messages",
  summary: "One message as it stands in the log",
  params: closed({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
  answer: closed({ message: Message }),
  changesWith: ["log"],
  handle({ params: { id } }, context) {
    const [found] = context.log().query({ afterId: id - 1, beforeId: id + 1, limit: 1 });
    if (found === undefined) {
      throw notFound(`the log has no message ${id}`, `its newest is ${context.log().end().id}`);
    }
    return { message: shown(found) };
  },
});

function shown(stored: StoredMessage) {
  return {
    id: stored.id,
    at: isoTime(stored.tsMs),
    received_at: isoTime(stored.receivedAt),
    topic: stored.topic,
    type: stored.type,
    version: stored.version,
    boot: stored.boot,
    seq: stored.seq,
    qos: stored.qos,
    retain: stored.retain,
    flags: flagNames(stored.flags),
    batch_id: stored.batchId,
    payload: stored.payload,
  };
}

function* within<Row>(rows: Iterable<Row>, spend: () => void): Generator<Row> {
  for (const row of rows) {
    spend();
    yield row;
  }
}

/** `GET` of messages of the log, newest first, and of one by its id. */
export const messageRoutes: readonly Route[] = [messages, message];
