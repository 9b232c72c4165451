import { Type } from "typebox";
import { ConcheError } from "../../errors/conche-error.ts";
import { isoTime } from "../../time/iso-time.ts";
import type { ViewRow } from "../../views/view-table.ts";
import { keyOf, NEXT, PAGE, page } from "../paging.ts";
import { Time } from "../period.ts";
import { notFound } from "../problem.ts";
import { closed, type Route, route } from "../route.ts";

const list = route({
  method: "GET",
  path: "/api/views",
  name: "views",
  area: "Views",
  summary: "What is derived from the log, and how far each has come",
  answer: closed({
    views: Type.Array(
      closed({
        name: Type.String(),
        version: Type.Integer(),
        standing: Type.Enum(["answering", "building"], {
          description: "`building`: made anew beside the one that answers, until it has caught up",
        }),
        position: Type.Integer({ description: "The id of the last message in it" }),
        behind: Type.Integer({ description: "Messages of the log that are not in it yet" }),
        findings: Type.Integer({ description: "What it could not use; /api/findings lists them" }),
        newest: Type.Union([Time, Type.Null()], { description: "The newest received time in it" }),
      }),
    ),
  }),
  list: "views",
  changesWith: ["log", "views"],
  handle(_request, context) {
    const end = context.log().end().id;
    const views = context.views.editions().map((edition) => {
      const { name, version, standing, position, newestReceivedMs } = edition;
      return {
        ...{ name, version, standing, position: position.id, behind: Math.max(0, end - position.id) },
        findings: context.views.findingCount(edition),
        newest: newestReceivedMs === 0 ? null : isoTime(newestReceivedMs),
      };
    });
    return { views };
  },
});

const Finding = closed({
  view: Type.String(),
  key: Type.String(),
  reason: Type.String({ description: "A stable word for the kind" }),
  detail: Type.String({ description: "One sentence with the values that show it" }),
  subject: Type.String({ description: "What it is about: a machine, a lot, an alarm" }),
  at: Time,
  message_id: Type.Integer({ description: "The message that shows it" }),
});

const findings = route({
  method: "GET",
  path: "/api/findings",
  name: "findings",
  area: "Views",
  summary: "What views could not use, or could not bring together with the rest",
  description: "By view and key. A finding vanishes when a later message heals it.",
  query: closed({
    view: Type.Optional(Type.String({ pattern: "^[a-z][a-z0-9-]{0,62}$", description: "Only of this view" })),
    reason: Type.Optional(
      Type.String({ pattern: "^[a-z][a-z0-9_]{0,62}$", description: "Only of this kind" }),
    ),
    subject: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: "Only about this" })),
    ...PAGE,
  }),
  answer: closed({ findings: Type.Array(Finding), next: NEXT }),
  list: "findings",
  changesWith: ["views"],
  handle({ query }, context) {
    const { view, reason, subject, limit = 100, cursor } = query;
    const editions = context.views.editions();
    const names = [...new Set(editions.map(({ name }) => name))].sort();
    // A name is known from when its view is made: while there is none, nobody knows which there are.
    if (names.length === 0) throw notReady("there are no views yet");
    if (view !== undefined && !names.includes(view)) {
      throw notFound(`there is no view ${view}`, `there is ${names.join(", ")}`);
    }
    for (const name of view === undefined ? names : [view]) {
      if (editions.some((each) => each.name === name && each.standing === "answering")) continue;
      throw notReady(`view ${name} is being made`);
    }
    const after = keyOf(cursor, 2);
    function* all() {
      for (const name of view === undefined ? names : [view]) {
        if (after !== undefined && name < String(after[0])) continue;
        const beyond = after !== undefined && name === after[0] ? { after: [String(after[1])] } : {};
        for (const row of context.views.findings(name)?.range(beyond) ?? []) {
          if (reason !== undefined && row.reason !== reason) continue;
          if (subject !== undefined && row.subject !== subject) continue;
          yield shown(name, row);
        }
      }
    }
    const { rows, next } = page(all(), limit, (each) => [each.view, each.key]);
    return { findings: rows, next };
  },
});

/** No findings of what has not been looked at would be false. */
function notReady(message: string): ConcheError {
  return new ConcheError("CONCHE_VIEW_NOT_READY", { message, retryable: true });
}

function shown(view: string, row: ViewRow) {
  return {
    view,
    key: String(row.key),
    reason: String(row.reason),
    detail: String(row.detail),
    subject: String(row.subject),
    at: isoTime(Number(row.at_ms)),
    message_id: Number(row.message_id),
  };
}

/** `GET /api/views` and `GET /api/findings`. */
export const viewRoutes: readonly Route[] = [list, findings];
