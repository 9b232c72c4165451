import { type Static, type TObject, type TProperties, type TSchema, Type } from "typebox";
import type { View } from "../views/view.ts";
import type { ApiContext } from "./context.ts";

type Values<Schema extends TSchema | undefined> = Schema extends TSchema
  ? Static<Schema>
  : Record<never, never>;

/** What a route's handler is asked: checked against the route's schemas, numbers and booleans as such. */
export interface RouteRequest<
  Params extends TObject | undefined,
  Query extends TObject | undefined,
  Body extends TObject | undefined,
> {
  readonly params: Values<Params>;
  readonly query: Values<Query>;
  readonly body: Values<Body>;
}

/** A question of the API, or something it does: everything that is known of it, in one place. */
export interface RouteDefinition<
  Answer extends TObject,
  Params extends TObject | undefined = undefined,
  Query extends TObject | undefined = undefined,
  Body extends TObject | undefined = undefined,
> {
  readonly method: "GET" | "POST";
  /** As `/api/messages/{id}`; every name in braces is a property of `params`. */
  readonly path: string;
  /** Unique, in camelCase: the operation's name in OpenAPI and of the typed client. */
  readonly name: string;
  /** The heading under which the reference lists it. */
  readonly area: string;
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: Answer;
  /** 202 for what is done when the log has it; 200 otherwise. */
  readonly status?: 200 | 202;
  /** The property of the answer that is a list of objects: what `Accept: text/csv` gives. */
  readonly list?: keyof Answer["properties"] & string;
  /**
   * The answer is a document of a standard: what its `document` holds is sent as this media type, without anything of
   * ours around it, the next page (`next`) in the Link header.
   */
  readonly media?: string;
  /** Headers that the standard wants with it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The query's parameter for the next page; `cursor` where the standard has no name for it. */
  readonly pageParameter?: string;
  /** The views that it reads. */
  readonly views?: readonly View[];
  /**
   * Its tables (CSV) and documents go to customers and authorities, and have no place to say what they lack: they are
   * refused (CONCHE_VIEWS_BEHIND) while one of its views lacks much of the log. JSON says it in `as_of`.
   */
  readonly mustBeLevel?: true;
  /**
   * What the answer depends on, beside the question: it is the same for as long as these are at the same position
   * (ETag). `now`: on the present, too, so that it is never the same for certain.
   */
  readonly changesWith: readonly ("views" | "log" | "now")[];
  /** Pure but for what it reads over the ports of the context. Throws ConcheError. */
  readonly handle: (
    request: RouteRequest<Params, Query, Body>,
    context: ApiContext,
  ) => Static<Answer> | Promise<Static<Answer>>;
}

/** A route as the table holds it: its types forgotten, its schemas checked at the door. */
export interface Route
  extends Omit<
    RouteDefinition<TObject, TObject | undefined, TObject | undefined, TObject | undefined>,
    "handle"
  > {
  readonly handle: (request: never, context: ApiContext) => object | Promise<object>;
}

/**
 * Lets TypeScript find the types of a route, and forgets them for the table.
 *
 * To add a route: make it with this in `src/api/routes/<area>.ts`, export the area's routes as an array, and name that
 * array in `src/api/routes.ts`. Checking of the request, problem details, ETag, CSV, time limit, OpenAPI and docs/api.md
 * (`npm run generate`) follow from the definition. A list that can be long takes `...PAGE` in its query and answers
 * `next` (see paging.ts); a span of time takes `...PERIOD` (see period.ts).
 */
export function route<
  Answer extends TObject,
  Params extends TObject | undefined = undefined,
  Query extends TObject | undefined = undefined,
  Body extends TObject | undefined = undefined,
>(definition: RouteDefinition<Answer, Params, Query, Body>): Route {
  // Safe: the door fills the request from the same schemas the types were taken from.
  return definition as unknown as Route;
}

/** An object that has these properties and no others: what requests and answers consist of. */
export function closed<Properties extends TProperties>(properties: Properties, description?: string) {
  return Type.Object(properties, {
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  });
}
