import type { TSchema } from "typebox";
import { AsOf } from "./as-of.ts";
import { PROBLEM_MEDIA_TYPE, Problem } from "./problem.ts";
import type { Route } from "./route.ts";

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
        "What the data center knows: read from its log and from the views that are derived from it. Every answer says as of which message it is.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths: { ...paths, "/api/live": { get: LIVE } },
    components: { schemas: { Problem, AsOf } },
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

const LIVE = {
  operationId: "live",
  tags: ["Live"],
  summary: "What changes, as it changes (server-sent events)",
  description:
    "One event per subject that something changed of; a reader that is slow gets the newest, never a backlog. " +
    "With Last-Event-ID it goes on where it stood.",
  parameters: [
    {
      name: "of",
      in: "query",
      required: false,
      description:
        "Subjects, separated by commas: `machine:<site>/<line>/<step>/<machine>`, `line:<site>/<line>`, `telemetry`, `states`, `alarms`, `quality`, `batches`, `views`; everything where it is left out",
      schema: { type: "string", maxLength: 4000 },
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
