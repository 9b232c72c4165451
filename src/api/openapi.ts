import type { TSchema } from "typebox";
import { DESK_ROLES } from "../access/access-document.ts";
import { AsOf } from "./as-of.ts";
import { PROBLEM_MEDIA_TYPE, Problem } from "./problem.ts";
import type { Route } from "./route.ts";
import { PAGE_ROLES, roleOf } from "./route-roles.ts";

const PROBLEM = { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } };
const ERRORS = { description: "A problem: what was wrong, a stable code, what to do", content: PROBLEM };

/** The API as OpenAPI 3.1 describes it, made from the table of routes. */
export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operation(route);
    paths[route.path] = path;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Conche",
      version,
      description:
        "What the data center knows: read from its log and from the views that are derived from it. Every answer says as of which message it is. i3X 1.0 is answered below /api/i3x/v1 and described by CESMII's OpenAPI document, what stands for what by docs/i3x.md.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths: { ...paths, "/api/live": { get: LIVE }, "/api/session": SESSION, ...PROVIDER },
    // Nothing is asked for on loopback while no token was made: hence the empty one.
    security: [{ token: [] }, { session: [] }, {}],
    components: { schemas: { Problem, AsOf }, securitySchemes: SCHEMES },
  };
}

function operation(route: Route): object {
  const { name, area, summary, description, params, query, body, answer, list, media } = route;
  const {
    properties,
    required = [],
    ...rest
  } = answer as TSchema & {
    properties: Record<string, TSchema>;
    required?: readonly string[];
  };
  const schema = {
    ...rest,
    properties: { ...properties, as_of: { $ref: "#/components/schemas/AsOf" } },
    required: [...required, "as_of"],
  };
  return {
    operationId: name,
    "x-required-role": roleOf(route),
    tags: [area],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [...parameters("path", params), ...parameters("query", query)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    responses: {
      [route.status ?? 200]: {
        description: route.status === 202 ? "It is on its way" : "The answer",
        content: {
          ...(media === undefined
            ? { "application/json": { schema } }
            : { [media]: { schema: properties.document ?? {} } }),
          ...(list === undefined ? {} : { "text/csv": { schema: { type: "string" } } }),
        },
      },
      ...(route.method === "GET" && !route.changesWith.includes("now")
        ? { 304: { description: "Nothing has changed since the ETag that was given" } }
        : {}),
      default: ERRORS,
    },
  };
}

function parameters(place: "path" | "query", schema: TSchema | undefined): object[] {
  if (schema === undefined) return [];
  const { properties, required = [] } = schema as TSchema & {
    properties: Record<string, { readonly description?: string }>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(each.description === undefined ? {} : { description: each.description }),
    schema: each,
  }));
}

const SCHEMES = {
  token: { type: "http", scheme: "bearer", description: "What `conche token create` gave" },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "conche-PORT",
    description:
      "The dashboard's login. Over HTTPS its name begins with `__Host-`. Requests that act send `X-Conche-Request: 1`, too",
  },
};

const WHO = {
  type: "object",
  properties: {
    login: { enum: ["required", "none"], description: "none: nobody has to log in here" },
    name: { type: ["string", "null"] },
    role: { enum: [...DESK_ROLES, null], description: "What may be done; null: nobody has logged in" },
    ends_at: { type: ["string", "null"], description: "When the session is over at the latest" },
    provider: {
      type: ["string", "null"],
      description: "The identity provider that people can log in with; null: there is none",
    },
  },
  required: ["login", "name", "role", "ends_at", "provider"],
  additionalProperties: false,
};
const WHO_ANSWER = { description: "Who asks", content: { "application/json": { schema: WHO } } };
const BY_HEADER = {
  name: "X-Conche-Request",
  in: "header",
  required: true,
  description: "1: what no page of another server can send",
  schema: { const: "1" },
};

const SESSION = {
  get: {
    operationId: "session",
    "x-required-role": PAGE_ROLES["/api/session"],
    tags: ["Session"],
    summary: "Who asks, and what they may",
    parameters: [],
    responses: { 200: WHO_ANSWER, default: ERRORS },
  },
  post: {
    operationId: "logIn",
    "x-required-role": PAGE_ROLES["/api/session"],
    tags: ["Session"],
    summary: "Begins a session, for browsers: with a token, or once with a login code",
    parameters: [BY_HEADER],
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: {
            oneOf: ["token", "code"].map((given) => ({
              type: "object",
              properties: { [given]: { type: "string", minLength: 1, maxLength: 200 } },
              required: [given],
              additionalProperties: false,
            })),
          },
        },
      },
    },
    responses: { 200: WHO_ANSWER, default: ERRORS },
  },
  delete: {
    operationId: "logOut",
    "x-required-role": PAGE_ROLES["/api/session"],
    tags: ["Session"],
    summary: "Ends the session",
    parameters: [BY_HEADER],
    responses: {
      200: {
        description: "It is over here; at the identity provider it is when the browser has been there",
        content: {
          "application/json": {
            schema: {
              type: "object",
              properties: { leave_at: { type: "string", format: "uri" } },
              required: ["leave_at"],
              additionalProperties: false,
            },
          },
        },
      },
      204: { description: "It is over" },
      default: ERRORS,
    },
  },
};

const TO = {
  type: "string",
  maxLength: 512,
  description: "The page of the dashboard to go to then; anything else leads to its first page",
};
const LED_ON = {
  description:
    "Leads on; whoever takes text/html is led to the dashboard where it came to nothing, too, with `#login-problem=CODE`",
  headers: { Location: { schema: { type: "string" } } },
};

const PROVIDER = {
  "/api/session/oidc": {
    get: {
      operationId: "logInWithProvider",
      "x-required-role": PAGE_ROLES["/api/session/oidc"],
      tags: ["Session"],
      summary: "Begins to log in with the identity provider, for browsers: leads there",
      parameters: parameters("query", { properties: { to: TO } } as object as TSchema),
      responses: { 302: LED_ON, default: ERRORS },
    },
  },
  "/api/session/oidc/callback": {
    get: {
      operationId: "providerAnswered",
      "x-required-role": PAGE_ROLES["/api/session/oidc/callback"],
      tags: ["Session"],
      summary: "Where the identity provider sends the browser back to: begins a session",
      description: "Each answer counts once, within ten minutes, in the browser that began the login.",
      parameters: ["code", "state", "error", "iss"].map((name) => ({
        name,
        in: "query",
        required: false,
        schema: { type: "string" },
      })),
      responses: { 302: LED_ON, default: ERRORS },
    },
  },
};

const LIVE = {
  operationId: "live",
  "x-required-role": PAGE_ROLES["/api/live"],
  tags: ["Live"],
  summary: "What changes, as it changes (server-sent events)",
  description:
    "One event per subject that something changed of; a reader that is slow gets the newest, never a backlog. " +
    "With Last-Event-ID it goes on where it stood. 200 readers follow at most; where they do, the newest of the caller (login, or address where nobody logs in) that has most ends for one of a caller with fewer, and one more of that caller is refused (429, CONCHE_STREAM_LIMIT).",
  parameters: [
    {
      name: "of",
      in: "query",
      required: false,
      description:
        "Subjects, separated by commas: `machine:<site>/<line>/<step>/<machine>`, `line:<site>/<line>`, `telemetry`, `states`, `alarms`, `quality`, `batches`, `views`; everything where it is left out",
      schema: { type: "string", maxLength: 4000 },
    },
    {
      name: "after",
      in: "query",
      required: false,
      description:
        "Begins with what changed after this message: `position` of the answers that are to be kept up to date; from now on where it is left out",
      schema: { type: "integer", minimum: 0 },
    },
  ],
  responses: {
    200: {
      description: "Events of type `change` with `subject` and `position`; their id is the position",
      content: { "text/event-stream": { schema: { type: "string" } } },
    },
    default: ERRORS,
  },
};
