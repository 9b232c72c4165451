import type { TSchema } from "typebox";
import type { Route } from "./route.ts";
import { roleOf } from "./route-roles.ts";

const HEAD = `<!-- Made from src/api by \`npm run generate\`. -->
# The HTTP API

On the HTTP port of \`conche up\`, \`conche datacenter\` and \`conche serve\` (8080 unless told otherwise). For programs:
\`/api/openapi.json\` (OpenAPI 3.1). i3X is answered beside it and described in [i3x.md](i3x.md).

\`\`\`sh
curl http://127.0.0.1:8080/api/views
curl 'http://127.0.0.1:8080/api/messages?type=alarm&limit=5'
curl -H 'Accept: text/csv' http://127.0.0.1:8080/api/completeness
curl -N 'http://127.0.0.1:8080/api/live?of=alarms,states'
\`\`\`

- Times are ISO 8601; give a zone. A period is \`from\` (included) and \`to\` (not included).
- Every answer has \`as_of\`: the newest message of the log, and how far each view is that it was read from. A view that
  is \`behind\` doesn't know the newest messages yet: whether a machine is silent or a value stale is judged by the time up to which it has
  heard, not by the present.
- Lists come in pages: \`next\` is the \`cursor\` of the page that follows, null after the last one.
- \`Accept: text/csv\` gives the list of an answer as a table; the next page is in the \`Link\` header. Weights count:
  \`text/csv;q=0.5, application/json\` is JSON. An object in a row has a column for each of its properties
  (\`losses.speed_ms\`, as pandas' \`json_normalize\` names them), empty where there is none. A list of plain values is one cell
  with \`;\` between them (\`numbers\`: \`100.1;100.3\`); a list of objects or lists is JSON in its cell (\`causes\`).
- An answer with an \`ETag\` is the same for as long as nothing is folded or stored: send it as \`If-None-Match\`.
- Errors are problem details (RFC 9457) with a code of [errors.md](errors.md) and a hint.
- A question that takes longer than \`--api-time-limit\` is answered with 503 and CONCHE_TIME_LIMIT.
- With the first token ([secure-the-dashboard.md](secure-the-dashboard.md)) everybody has to say who they are: send
  \`Authorization: Bearer TOKEN\`. Each route names the role that it needs; a token of another role gets 403, none or a
  wrong one 401. What is done then carries the token's name: a program may give the person it acts for as \`by\`.
`;

const LIVE = `
## Live

### \`GET /api/live\`
What changes, as it changes, as server-sent events. \`of\`: subjects separated by commas, everything where it is left out:
\`machine:<site>/<line>/<step>/<machine>\`, \`line:<site>/<line>\`, \`telemetry\`, \`states\`, \`alarms\`, \`quality\`,
\`batches\`, \`views\`. An event says which subject changed and as of which message; what it is now, the other questions
answer. Every 4 s comes an event \`beat\`, changes or none: after 12 s without anything the way is cut. Changes are coalesced: a slow reader gets the newest, never a backlog. Reconnect with \`Last-Event-ID\` (browsers
do it by themselves) to hear of what changed meanwhile; \`after\` says the same at the first time: the \`position\` in \`as_of\` of
an answer that is to be kept up to date.

\`\`\`text
event: change
id: 81234
data: {"subject":"machine:tunis-01/line-a/s5_tempering/temper-01","position":81234}
\`\`\`
`;

/** The API for people, made from the table of routes: docs/api.md. */
export function apiReference(routes: readonly Route[]): string {
  const areas = [...new Set(routes.map(({ area }) => area))];
  const sections = areas.map((area) => {
    const own = routes.filter((route) => route.area === area).map(section);
    return `\n## ${area}\n${own.join("")}`;
  });
  return `${HEAD}${sections.join("")}${LIVE}`;
}

function section(route: Route): string {
  const { method, path, summary, description, params, query, body, answer, list } = route;
  const given = [...fields(params, "in the path"), ...fields(query, "query"), ...fields(body, "body")];
  const table = given.length === 0 ? "" : `\n| parameter | where | what |\n|---|---|---|\n${given.join("")}`;
  const properties = Object.entries(answer.properties as Record<string, TSchema>);
  const answered = properties.map(([name, schema]) => `\`${name}\`${shape(schema)}`).join(", ");
  return [
    `\n### \`${method} ${path}\`\n${summary}.${method === "GET" ? "" : ` Role: ${roleOf(route)}.`}\n`,
    description === undefined ? "" : `${description}\n`,
    table,
    `\nAnswers ${answered}.${list === undefined ? "" : ` As CSV: \`${list}\`.`}\n`,
  ].join("");
}

function fields(schema: TSchema | undefined, where: string): string[] {
  if (schema === undefined) return [];
  const properties = Object.entries((schema as { properties?: Record<string, Described> }).properties ?? {});
  const required: readonly string[] = (schema as { required?: string[] }).required ?? [];
  return properties.map(([name, each]) => {
    const must = required.includes(name) && where !== "in the path" ? ", required" : "";
    const words = each.enum === undefined ? "" : `one of ${each.enum.join(", ")}`;
    const what = [each.description, words].filter((part) => part !== undefined && part !== "").join("; ");
    return `| \`${name}\` | ${where}${must} | ${what.replaceAll("|", "\\|")} |\n`;
  });
}

interface Described {
  readonly description?: string;
  readonly enum?: readonly string[];
}

/** The fields of an object or of a list's objects, in brackets. */
function shape(schema: TSchema): string {
  const { items, properties } = schema as { items?: TSchema; properties?: Record<string, TSchema> };
  const inner = (items as { properties?: Record<string, TSchema> } | undefined)?.properties;
  if (inner !== undefined) return ` (list of ${Object.keys(inner).join(", ")})`;
  return properties === undefined ? "" : ` (${Object.keys(properties).join(", ")})`;
}
