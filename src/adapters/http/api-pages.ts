import type { FastifyInstance, FastifyReply } from "fastify";
import type { ApiAnswer, ApiRequest } from "../../api/door.ts";
import type { LiveChanges } from "../../api/live.ts";
import type { Route } from "../../api/route.ts";
import { PAGE_ROLES, roleOf } from "../../api/route-roles.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { refuseMethod } from "./admission.ts";
import type { AllowedMethods } from "./allowed-methods.ts";
import { type HttpLimits, NO_LIMIT_MS } from "./http-limits.ts";
import { addI3x, type I3xSource } from "./i3x-pages.ts";
import { addLiveStream } from "./live-stream.ts";
import { sendCompressed } from "./send-answer.ts";

/** The API as the server has it: what there is, and who answers. */
export interface ApiSource {
  readonly routes: readonly Pick<Route, "method" | "path" | "name">[];
  /** The document of /api/openapi.json. */
  readonly openApi: () => object;
  /** `gone`: nobody waits for the answer any more. */
  readonly ask: (request: ApiRequest, gone?: AbortSignal) => Promise<ApiAnswer>;
  readonly live: LiveChanges;
  /** What i3X has beside questions; no i3X where it is left out. */
  readonly i3x?: Omit<I3xSource, "ask">;
}

/** Shorter answers are sent as they are. */
const COMPRESSED_FROM_BYTES = 2_048;

/** Adds the routes of the API, its OpenAPI document and its live changes. */
export function addApi(
  app: FastifyInstance,
  { routes, openApi, ask, live, i3x }: ApiSource,
  { limits, allowed }: { readonly limits: HttpLimits; readonly allowed: AllowedMethods },
): void {
  for (const { method, path, name } of routes) {
    app.route({
      method,
      url: path.replaceAll(/\{(\w+)\}/g, ":$1"),
      config: { role: roleOf({ method, name }) },
      // Whoever answers has a limit of its own.
      handlerTimeout: NO_LIMIT_MS,
      handler: async (request, reply) => {
        const { accept = "", "if-none-match": ifNoneMatch = "" } = request.headers;
        // Whoever answers has a limit of its own, and says so when it hits it: until then the connection may be silent.
        request.raw.socket.setTimeout(0);
        const asked = {
          route: name,
          params: { ...(request.params as object) },
          query: { ...(request.query as object) },
          body: request.body,
          accept,
          ifNoneMatch,
          ...(request.standing === null ? {} : { login: request.standing.login }),
        };
        // What is to be done is done, whether somebody waits for it or not.
        const answer = await (method === "GET" ? ask(asked, goneSignal(reply)) : ask(asked));
        request.raw.socket.setTimeout(limits.silenceMs);
        return sendCompressed(request, reply, answer, COMPRESSED_FROM_BYTES);
      },
    });
  }
  app.get("/api/openapi.json", { config: { role: PAGE_ROLES["/api/openapi.json"] } }, () => openApi());
  addLiveStream(app, live);
  if (i3x !== undefined) addI3x(app, { ask, ...i3x }, limits);
  app.all("/api/*", { config: { role: "viewer" } }, (request, reply) =>
    refuseMethod(request, reply, allowed),
  );
}

/** Aborted when whoever asked has gone before the answer: a page that was left, a period that was scrolled past. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableEnded) {
      gone.abort(new ConcheError("CONCHE_TIME_LIMIT", { message: "whoever asked has gone" }));
    }
  });
  return gone.signal;
}
