import { Type } from "typebox";
import { tagsView } from "../../../monitor/tags/tags-view.ts";
import type { EpcisEvent } from "../../../trace/epcis/epcis-event.ts";
import {
  epcisDocument,
  epcisEvents,
  epcisQueryDocument,
  eventsBetween,
  eventsOf,
} from "../../../trace/epcis/epcis-export.ts";
import { type EventFilter, fitsFilter } from "../../../trace/epcis/event-filter.ts";
import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import { requireGoods } from "../../../trace/questions/find-subject.ts";
import { epcisParts } from "../../epcis-parts.ts";
import { cursorOf, keyOf } from "../../paging.ts";
import { timeOf } from "../../period.ts";
import { closed, type Route, route } from "../../route.ts";
import { genealogyOf } from "./genealogy-of.ts";
import { AT } from "./shapes.ts";

const MEDIA = "application/ld+json";
const DOCUMENT = closed({ document: Type.Unknown({ description: "JSON-LD of EPCIS 2.0" }) });
const BASE = Type.Optional(
  Type.String({
    pattern: "^https?://[^\\s]{1,200}$",
    description: "Where identifiers of the company's own live; the host that is asked says nothing of it",
  }),
);

const oneOf = (description: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4_000,
      description: `${description}; several with | between`,
    }),
  );

/** Events of a page, where the standard's client asks for none in particular. */
const PER_PAGE = 30;
/** What the standard's answers say of themselves. */
const VERSIONS = { "gs1-epcis-version": "2.0.0", "gs1-cbv-version": "2.0.0" };
/** Events of one page that are looked at. */
const MOST_LOOKED_AT = 1_000;

/** The filters that are answered, by the names of the standard. */
const FILTERS = {
  eventType: oneOf("ObjectEvent, AggregationEvent, TransformationEvent"),
  EQ_action: oneOf("ADD, OBSERVE, DELETE"),
  EQ_bizStep: oneOf("As packing, shipping"),
  EQ_disposition: oneOf("As in_transit"),
  EQ_readPoint: oneOf("Where it happened"),
  EQ_bizLocation: oneOf("Where it is after it"),
  MATCH_anyEPC: oneOf("Cases and pallets anywhere in the event, `*` for any end"),
  MATCH_anyEPCClass: oneOf("Lots anywhere in the event, `*` for any end"),
};

/** The lists that a request gives. */
function filterOf(query: Partial<Record<keyof typeof FILTERS, string>>): EventFilter {
  const names = Object.keys(FILTERS) as (keyof typeof FILTERS)[];
  return Object.fromEntries(
    names.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name].split(/[|,]/)]])),
  );
}

const query = route({
  method: "GET",
  path: "/epcis/events",
  name: "epcisEvents",
  area: "EPCIS",
  summary: "Events by time in the shape of the EPCIS 2.0 query interface",
  description:
    "An EPCISQueryDocument. `GE_eventTime` and `LT_eventTime` bound the time, `perPage` the page, 30 events where it is left out; the Link header (rel=next) has the address of the next page, with `nextPageToken`, which never expires. A page may be short or empty and have a next one all the same. Of the standard's filters those are answered that are listed.",
  query: closed({
    GE_eventTime: Type.Optional(Type.String({ maxLength: 40, description: "At this time or later" })),
    LT_eventTime: Type.Optional(Type.String({ maxLength: 40, description: "Before this time" })),
    ...FILTERS,
    perPage: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: PER_PAGE })),
    nextPageToken: Type.Optional(Type.String({ maxLength: 200, description: "As the Link header has it" })),
    base: BASE,
  }),
  answer: closed({ ...DOCUMENT.properties, next: Type.Union([Type.String(), Type.Null()]) }),
  media: MEDIA,
  headers: VERSIONS,
  pageParameter: "nextPageToken",
  views: [genealogyView, tagsView],
  mustBeLevel: true,
  changesWith: ["views"],
  handle({ query }, context) {
    const fromMs = timeOf("GE_eventTime", query.GE_eventTime) ?? 0;
    const toMs = timeOf("LT_eventTime", query.LT_eventTime) ?? Number.MAX_SAFE_INTEGER;
    const { perPage = PER_PAGE } = query;
    const place = keyOf(query.nextPageToken, 2);
    const after = place === undefined ? undefined : ([Number(place[0]), Number(place[1])] as const);
    const filter = filterOf(query);
    const parts = epcisParts(context, query.base);
    const events: EpcisEvent[] = [];
    let last: readonly [atMs: number, id: number] | undefined;
    let looked = 0;
    let next: string | null = null;
    for (const event of eventsBetween(genealogyOf(context), fromMs, toMs, after)) {
      context.spend();
      const [translated] = epcisEvents([event], parts);
      const isAskedFor = translated !== undefined && fitsFilter(translated, filter);
      // A filter that hardly anything fits answers page by page, too: also an empty page has its next one.
      if (last !== undefined && (looked >= MOST_LOOKED_AT || (isAskedFor && events.length === perPage))) {
        next = cursorOf(last);
        break;
      }
      looked += 1;
      last = [event.atMs, event.id];
      if (isAskedFor) events.push(translated);
    }
    return { document: epcisQueryDocument(events, context.nowMs), next };
  },
});

const subject = route({
  method: "GET",
  path: "/api/epcis/{id}",
  name: "epcisDocument",
  area: "EPCIS",
  summary: "Everything about a lot, pallet, batch or pack as an EPCIS 2.0 document (JSON-LD)",
  description:
    "What it was made of and what was made of it, too. Event ids are CBV hash ids: an export twice has the same events.",
  params: closed({ id: Type.String({ minLength: 1, maxLength: 80 }) }),
  query: closed({ at: AT, base: BASE }),
  answer: DOCUMENT,
  media: MEDIA,
  headers: VERSIONS,
  views: [genealogyView, tagsView],
  mustBeLevel: true,
  changesWith: ["views"],
  handle({ params, query: { at, base } }, context) {
    const genealogy = genealogyOf(context);
    const events = eventsOf(genealogy, requireGoods(genealogy, params.id, timeOf("at", at)));
    return { document: epcisDocument(epcisEvents(events, epcisParts(context, base)), context.nowMs) };
  },
});

/** `GET` of events as EPCIS 2.0 has them, by query and by subject. */
export const epcisRoutes: readonly Route[] = [query, subject];
