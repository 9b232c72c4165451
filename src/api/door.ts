import { type TObject, type TSchema, Type } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { Convert } from "typebox/value";
import type { HttpLogin } from "../access/http-logins.ts";
import { NAME_PATTERN, saidProblem, WORDS_PATTERN } from "../contract/said-text.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { ChosenLevels } from "../plant/chosen-machines.ts";
import { requireLevel } from "../views/level.ts";
import { preferredType } from "./accept.ts";
import { actorName } from "./actor.ts";
import { asOf } from "./as-of.ts";
import type { ApiContext } from "./context.ts";
import { csvText } from "./csv.ts";
import { unknownLevel } from "./known-levels.ts";
import { badRequest, notFound, PROBLEM_MEDIA_TYPE, problemOf } from "./problem.ts";
import type { Route } from "./route.ts";
import { LEVELS } from "./schemas.ts";

/** A request as it comes over HTTP, for a route that has been found. */
export interface ApiRequest {
  /** `Route.name` */
  readonly route: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** The headers Accept and If-None-Match. */
  readonly accept: string;
  readonly ifNoneMatch: string;
  /** Who asks; undefined where nobody has to say. */
  readonly login?: HttpLogin | undefined;
}

/** An answer, ready to be sent: whatever server is in front adds nothing to it. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What is sent instead where it is a document that is no text. */
  readonly bytes?: Uint8Array;
}

interface Checked {
  readonly route: Route;
  readonly params: Checker | undefined;
  readonly query: Checker | undefined;
  readonly body: Checker | undefined;
}

interface Checker {
  readonly schema: TObject;
  readonly validator: Validator;
}

const SAID_PATTERNS: ReadonlySet<string> = new Set([NAME_PATTERN, WORDS_PATTERN]);
const DECIMAL = /^-?\d+$/;
const CSV = "text/csv";
const NOTHING = Type.Object({}, { additionalProperties: false });

/** Answers requests by the table of routes. Never throws: whatever goes wrong is an answer, too. */
export class ApiDoor {
  readonly #routes: ReadonlyMap<string, Checked>;

  constructor(routes: readonly Route[]) {
    this.#routes = new Map(
      routes.map((route) => [
        route.name,
        {
          route,
          params: checker(route.params ?? NOTHING),
          query: checker(route.query ?? NOTHING),
          body: route.body === undefined ? undefined : checker(route.body),
        },
      ]),
    );
  }

  async answer(request: ApiRequest, context: ApiContext): Promise<ApiAnswer> {
    try {
      return await this.#answer(request, context);
    } catch (error) {
      return problemAnswer(error);
    }
  }

  async #answer(request: ApiRequest, context: ApiContext): Promise<ApiAnswer> {
    const found = this.#routes.get(request.route);
    if (found === undefined) throw new TypeError(`no route ${request.route}`); // the server knows only these
    const { route } = found;
    const media = mediaOf(request.accept, route);
    const format = media === CSV ? "csv" : "json";
    const asked = {
      params: checked("", request.params, found.params),
      query: checked("", request.query, found.query),
      body: checked("body", signed(request, route), found.body),
    };
    requireKnown(route, asked.query, context);
    const etag = etagOf(route, context, format);
    if (etag !== undefined && matches(request.ifNoneMatch, etag)) {
      return { status: 304, headers: { etag, "cache-control": "no-cache" }, body: "" };
    }
    if (route.mustBeLevel === true && (format === "csv" || route.media !== undefined)) {
      requireLevel(Math.max(0, ...asOf(route, context).views.map(({ behind }) => behind)));
    }
    let isPart = false;
    const isLate = () => {
      isPart ||= context.isLate?.() === true;
      return isPart;
    };
    const answer = await route.handle(asked as never, { ...context, isLate });
    // What ended where its time did is not the whole that its ETag would stand for.
    const caching: Record<string, string> =
      etag === undefined || isPart
        ? { "cache-control": "no-store" }
        : { etag, "cache-control": "no-cache", vary: "accept" };
    if (format === "csv") return csvAnswer(route, answer, request.query, caching);
    if (route.media !== undefined) {
      return documentAnswer(route, media, answer, request.query, caching);
    }
    const body = JSON.stringify({ ...answer, as_of: asOf(route, context) });
    const status = route.status ?? 200;
    return { status, headers: { ...caching, "content-type": "application/json; charset=utf-8" }, body };
  }
}

/** @throws ConcheError CONCHE_NOT_FOUND where the question chooses by a level of the topic that nobody knows */
function requireKnown({ query }: Route, given: unknown, { plant, log }: ApiContext): void {
  const chosen = Object.entries(given as ChosenLevels).filter(
    ([name]) => query?.properties[name] === Reflect.get(LEVELS, name),
  );
  const unknown = unknownLevel(Object.fromEntries(chosen), plant, log);
  if (unknown === undefined) return;
  const lines = plant.lines.map(({ site, definition }) => `${site.id}/${definition.id}`).join(", ");
  throw notFound(unknown, `its lines are ${lines}; GET /api/plant has its machines`);
}

/** The body of an action, in the name of whoever has logged in. */
function signed({ body, login }: ApiRequest, { body: schema }: Route): unknown {
  if (login === undefined || schema?.properties.by === undefined) return body;
  if (typeof body !== "object" || body === null) return body;
  return { ...body, by: actorName(login, Reflect.get(body, "by")) };
}

/** An error as RFC 9457 has it, with the status that its code stands for; what isn't a ConcheError is 500. */
export function problemAnswer(thrown: unknown): ApiAnswer {
  const problem = problemOf(thrown);
  return {
    status: problem.status,
    headers: {
      "content-type": `${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
      "cache-control": "no-store",
      ...(problem.status === 503 ? { "retry-after": "5" } : {}),
    },
    body: JSON.stringify(problem),
  };
}

function csvAnswer(
  route: Route,
  answer: object,
  query: ApiRequest["query"],
  caching: Record<string, string>,
): ApiAnswer {
  const rows = Reflect.get(answer, route.list ?? "") as Record<string, unknown>[];
  const list = route.answer.properties[route.list ?? ""] as { readonly items?: TSchema };
  const next: unknown = Reflect.get(answer, "next");
  return {
    status: 200,
    headers: {
      ...caching,
      "content-type": `${CSV}; charset=utf-8; header=present`,
      ...(typeof next === "string" ? { link: nextPage(query, next) } : {}),
    },
    body: csvText(list.items ?? {}, rows),
  };
}

function documentAnswer(
  route: Route,
  media: string,
  answer: object,
  query: ApiRequest["query"],
  caching: Record<string, string>,
): ApiAnswer {
  const { document, next } = answer as { readonly document: unknown; readonly next?: unknown };
  return {
    status: 200,
    headers: {
      ...caching,
      ...route.headers,
      "content-type": document instanceof Uint8Array ? media : `${media}; charset=utf-8`,
      ...(typeof next === "string" ? { link: nextPage(query, next, route.pageParameter) } : {}),
    },
    ...(document instanceof Uint8Array
      ? { body: "", bytes: document }
      : { body: typeof document === "string" ? document : JSON.stringify(document) }),
  };
}

/** The next page as RFC 8288 names it: a table has no place for it. */
function nextPage(query: ApiRequest["query"], cursor: string, parameter = "cursor"): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, [parameter]: cursor }))
    parameters.set(name, String(value));
  return `<?${parameters}>; rel="next"`;
}

/** Which of its formats a route answers in. @throws ConcheError CONCHE_NOT_ACCEPTABLE */
function mediaOf(accept: string, route: Route): string {
  const formats = formatsOf(route);
  const preferred = preferredType(accept, formats);
  if (preferred !== undefined) return preferred;
  const named = formats.join(" and ");
  throw new ConcheError("CONCHE_NOT_ACCEPTABLE", {
    message: `${route.path} gives ${named}, not ${accept}`,
    ...(route.media === undefined ? {} : { hint: `ask for ${named}, or for */*` }),
  });
}

/** A document of JSON is plain JSON for who asks for that. */
function formatsOf({ media, list }: Route): readonly string[] {
  if (media !== undefined) return media.endsWith("+json") ? [media, "application/json"] : [media];
  return list === undefined ? ["application/json"] : ["application/json", CSV];
}

function checker(schema: TObject): Checker {
  return { schema, validator: Compile(schema) };
}

/** The values in the types of the schema. @throws ConcheError CONCHE_REQUEST_INVALID with everything that is wrong */
function checked(place: string, given: unknown, check: Checker | undefined): unknown {
  if (check === undefined) return {};
  const values = converted(check.schema, given === undefined ? {} : given);
  if (check.validator.Check(values)) return values;
  const known = Object.keys(check.schema.properties);
  const problems = check.validator.Errors(values).flatMap(({ instancePath, keyword, message, params }) => {
    const name = instancePath.slice(1).replaceAll("/", ".");
    if (keyword === "boolean" && message === "schema is false") return [];
    if (keyword === "additionalProperties") {
      const { additionalProperties } = params as { additionalProperties?: readonly string[] };
      return (additionalProperties ?? []).map((extra) => `there is no ${extra.slice(0, 80)}`);
    }
    const where = [place, name].filter((part) => part !== "").join(".");
    const { pattern } = params as { pattern?: string | RegExp };
    const value: unknown = Reflect.get(values as object, name);
    if (value === "") return [`${where}: is empty`];
    if (keyword === "pattern" && SAID_PATTERNS.has(String(pattern)) && typeof value === "string")
      return [`${where}: ${saidProblem(value, String(pattern))}`];
    const { allowedValues } = params as { allowedValues?: readonly unknown[] };
    const allowed = allowedValues === undefined ? "" : ` (${allowedValues.join(", ")})`;
    return [`${where === "" ? "the request" : where}: ${message}${allowed}`];
  });
  throw badRequest(
    [...new Set(problems)].slice(0, 10).join("; "),
    known.length === 0 ? "this takes no parameters" : `this takes ${known.join(", ")}`,
  );
}

/**
 * Text in the types of the schema; what is no whole number is left for the check to refuse, not cut to one, and what isn't
 * written in decimal digits (1e3, 0x10) not taken for one: the same thing would have many addresses.
 */
function converted(schema: TObject, given: unknown): unknown {
  const values = Convert(schema, structuredClone(given));
  if (typeof given !== "object" || given === null || typeof values !== "object" || values === null)
    return values;
  const others = Object.entries(given).filter(
    ([name, value]) =>
      Reflect.get(schema.properties[name] ?? {}, "type") === "integer" &&
      !(typeof value === "string" ? DECIMAL.test(value) : Number.isInteger(value)),
  );
  return { ...values, ...Object.fromEntries(others) };
}

/** The same for as long as the answer is; weak, because the present stands in it, too. */
function etagOf(route: Route, context: ApiContext, format: string): string | undefined {
  if (route.method !== "GET" || route.changesWith.includes("now")) return undefined;
  const parts: string[] = [format];
  if (route.changesWith.includes("log")) parts.push(String(context.log().end().id));
  if (route.changesWith.includes("views")) {
    const names = route.views?.map(({ name }) => name);
    for (const { edition, name, position, standing } of context.views.editions()) {
      if (names !== undefined && !(names.includes(name) && standing === "answering")) continue;
      parts.push(`${edition}.${position.id}`);
    }
  }
  return `W/"${parts.join("-")}"`;
}

function matches(ifNoneMatch: string, etag: string): boolean {
  return ifNoneMatch.split(",").some((each) => each.trim() === etag || each.trim() === "*");
}
