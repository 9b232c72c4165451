import { type Static, Type } from "typebox";
import { isoTime } from "../time/iso-time.ts";
import type { ApiContext } from "./context.ts";
import { Time } from "./period.ts";
import type { Route } from "./route.ts";

const ViewPosition = Type.Object(
  {
    view: Type.String(),
    version: Type.Integer(),
    position: Type.Integer({ description: "The id of the last message of the log that is in it" }),
    behind: Type.Integer({ description: "Messages of the log that are not in it yet" }),
  },
  { additionalProperties: false },
);

/** Part of every answer: the moment it speaks of. */
export const AsOf = Type.Object(
  {
    at: Time,
    log_position: Type.Integer({ description: "The id of the newest message of the log" }),
    views: Type.Array(ViewPosition, { description: "The views that the answer was read from" }),
  },
  { additionalProperties: false, description: "What the answer is as of" },
);

/** The moment that an answer of a route speaks of. */
export function asOf(route: Route, context: ApiContext): Static<typeof AsOf> {
  const end = endOfLog(context);
  const editions = context.views.editions().filter(({ standing }) => standing === "answering");
  const views = (route.views ?? []).flatMap(({ name }) => {
    const edition = editions.find((each) => each.name === name);
    if (edition === undefined) return [];
    const { version, position } = edition;
    return [{ view: name, version, position: position.id, behind: Math.max(0, end - position.id) }];
  });
  return { at: isoTime(context.nowMs), log_position: end, views };
}

/** The log may be away for a moment (not made yet, being replaced) while the views still answer. */
function endOfLog(context: ApiContext): number {
  try {
    return context.log().end().id;
  } catch {
    return 0;
  }
}
