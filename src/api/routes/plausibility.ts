import { Type } from "typebox";
import { flagged, plausibilityView } from "../../monitor/plausibility/plausibility-view.ts";
import { isoTime } from "../../time/iso-time.ts";
import { keyOf, NEXT, PAGE, page } from "../paging.ts";
import { Time } from "../period.ts";
import { closed, type Route, route } from "../route.ts";

const plausibility = route({
  method: "GET",
  path: "/api/plausibility",
  name: "plausibility",
  area: "Completeness",
  summary: "What machines say that doesn't fit the plant or the clock; all of it is stored",
  query: closed(PAGE),
  answer: closed({
    flagged: Type.Array(
      closed({
        machine: Type.String(),
        flag: Type.String({ description: "unknown_tag, not_a_number, clock_skew, …" }),
        messages: Type.Integer({ description: "How many have the flag" }),
        first_received_at: Time,
        last_received_at: Time,
        last_id: Type.Integer({ description: "The newest of them, by its id in the log" }),
      }),
    ),
    next: NEXT,
  }),
  list: "flagged",
  views: [plausibilityView],
  changesWith: ["views"],
  handle({ query: { limit = 100, cursor } }, context) {
    const after = keyOf(cursor, 2);
    const found = flagged(
      context.views.reading(plausibilityView),
      after === undefined ? undefined : [String(after[0]), String(after[1])],
    );
    const { rows, next } = page(found, limit, ({ machine, flag }) => [machine, flag]);
    return {
      flagged: rows.map(({ machine, flag, messages, first_received_ms, last_received_ms, last_id }) => ({
        ...{ machine, flag, messages },
        first_received_at: isoTime(first_received_ms),
        last_received_at: isoTime(last_received_ms),
        last_id,
      })),
      next,
    };
  },
});

/** `GET` what machines say that does not fit. */
export const plausibilityRoutes: readonly Route[] = [plausibility];
