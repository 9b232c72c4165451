import { Type } from "typebox";
import { topicsBelow } from "../../monitor/topics/topic-tree.ts";
import { TOPICS, topicView } from "../../monitor/topics/topic-view.ts";
import type { Plant } from "../../plant/plant.ts";
import { isoTime } from "../../time/iso-time.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { Time } from "../period.ts";
import { notFound } from "../problem.ts";
import { closed, type Route, route } from "../route.ts";

const topics = route({
  method: "GET",
  path: "/api/topics",
  name: "topics",
  area: "Messages",
  summary: "The topic tree, a level at a time: what came where, how much, and when",
  query: closed({
    under: Type.Optional(
      Type.String({
        pattern: "^[a-z0-9][a-z0-9_/-]{0,399}$",
        description:
          "The levels right below this one, as factory/tunis-01; those of the root where it is left out",
      }),
    ),
  }),
  answer: closed({
    under: Type.String(),
    levels: Type.Array(
      closed({
        level: Type.String(),
        topic: Type.String({ description: "From the root to here" }),
        branch: Type.Boolean({ description: "Whether there are levels below" }),
        topics: Type.Integer({ description: "Topics at or below it" }),
        messages: Type.Integer(),
        first_at: Time,
        last_at: Time,
        last_id: Type.Integer({ description: "The newest message, by its id in the log" }),
      }),
    ),
  }),
  list: "levels",
  views: [topicView],
  changesWith: ["views"],
  handle({ query }, context) {
    const under = (query.under ?? "").replace(/\/+$/, "");
    const reading = context.views.reading(topicView);
    const nodes = topicsBelow(reading, under);
    if (nodes.length === 0 && !isKnown(reading, context.plant, under)) {
      throw notFound(
        `nothing came on ${under} or below it, and the plant has no such place`,
        "GET /api/topics has the levels of the root; go on from there with `under`",
      );
    }
    const levels = nodes.map((node) => ({
      level: node.level,
      topic: node.topic,
      branch: node.branch,
      topics: node.topics,
      messages: node.messages,
      first_at: isoTime(node.firstMs),
      last_at: isoTime(node.lastMs),
      last_id: node.lastId,
    }));
    return { under, levels };
  },
});

/** Whether it is the root, a topic itself, or a level of the plant's topics, on which nothing need have come. */
function isKnown(reading: ViewReading, plant: Plant, under: string): boolean {
  if (under === "" || reading.rows(TOPICS).get(under) !== undefined) return true;
  return plant.machines.some(({ key }) => `factory/${key}/`.startsWith(`${under}/`));
}

/** `GET /api/topics`. */
export const topicRoutes: readonly Route[] = [topics];
