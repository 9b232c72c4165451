import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { notFound } from "../../api/problem.ts";
import { PAGE_ROLES } from "../../api/route-roles.ts";
import type { HealthReport } from "../../ingest/health.ts";
import { admission, STRICT_HEADERS } from "./admission.ts";
import { AllowedMethods } from "./allowed-methods.ts";
import { type ApiSource, addApi } from "./api-pages.ts";
import { HTTP_LIMITS, type HttpLimits } from "./http-limits.ts";
import { takeJsonBodies } from "./json-body.ts";
import { type HttpAccess, isKnown, loginGate } from "./login-gate.ts";
import { refuseClient, requestProblem, sendProblem } from "./refusals.ts";
import { addSessions } from "./session-pages.ts";
import { addStaticFiles, staticFiles } from "./static-files.ts";
import { type HttpTls, tlsServerFactory } from "./tls-server.ts";

/** What the HTTP server asks for its answers; it keeps nothing itself. */
export interface HealthSources {
  readonly health: () => HealthReport;
  /** The metrics in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  /** The API; none where it is left out. */
  readonly api?: ApiSource;
  /** Who may use it; everybody where left out. */
  readonly access?: HttpAccess | undefined;
  /** The folder of a built dashboard, served under `/` where there is one. */
  readonly dashboard?: string;
}

/** Prometheus' text exposition format, version 0.0.4. */
const PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

const PAGES = {
  "/healthz": "200 while the process can do its work, 503 when only a restart helps",
  "/readyz": "200 while messages are taken and committed, 503 with the reasons when not",
  "/metrics": "counters and gauges in Prometheus' text format",
};

const API_PAGES = {
  "/api/openapi.json": "what the API answers (OpenAPI 3.1); docs/api.md says the same",
  "/api/live": "what changes, as it changes (server-sent events)",
};

/** How the application is reached. */
export interface HttpPlace {
  /** The address that is listened on. */
  readonly host: string;
  /** Host names beside this machine's own that requests may carry. */
  readonly trustedHosts: readonly string[];
  readonly tls?: HttpTls | undefined;
  readonly limits?: HttpLimits;
}

/** The HTTP application of health, readiness, metrics, API and dashboard, not yet listening. */
export function healthApp(
  sources: HealthSources,
  { host, trustedHosts, tls, limits = HTTP_LIMITS }: HttpPlace,
): FastifyInstance {
  const app = fastify({
    logger: false,
    // A scrape takes milliseconds: whatever is still open at the end is idle or a client that doesn't read.
    forceCloseConnections: true,
    bodyLimit: limits.postBytes,
    connectionTimeout: limits.silenceMs,
    keepAliveTimeout: limits.silenceMs,
    requestTimeout: limits.requestMs,
    handlerTimeout: limits.requestMs,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      maxHeaderSize: limits.headerBytes,
    },
    ...(tls === undefined ? {} : { serverFactory: tlsServerFactory(tls, limits) }),
    // What can't be read at all passes no hook.
    frameworkErrors: (error, request, reply) =>
      sendProblem(request, reply.headers(STRICT_HEADERS), requestProblem(error, request)),
    clientErrorHandler: refuseClient,
  });
  app.server.maxConnections = limits.connections;
  app.decorateRequest("standing", null);
  const allowed = new AllowedMethods(app);
  takeJsonBodies(app);
  app.addHook("onRequest", admission({ boundHost: host, trustedHosts, limits, allowed }));
  if (sources.access !== undefined) app.addHook("onRequest", loginGate(sources.access));
  const pages = pagesOf(sources);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, notFound(`there is ${Object.keys(pages).join(", ")}`)),
  );
  app.setErrorHandler<Error>((error, request, reply) =>
    sendProblem(request, reply, requestProblem(error, request)),
  );
  addPages(app, sources);
  if (sources.api !== undefined) {
    addSessions(app, sources.access);
    addApi(app, sources.api, { limits, allowed });
  }
  const files = sources.dashboard === undefined ? undefined : staticFiles(sources.dashboard);
  if (files === undefined) app.get("/", { config: { role: "anybody" } }, () => ({ name: "conche", pages }));
  else addStaticFiles(app, files);
  return app;
}

function pagesOf({ api }: HealthSources): Readonly<Record<string, string>> {
  return api === undefined ? PAGES : { ...PAGES, ...API_PAGES };
}

function addPages(app: FastifyInstance, { health, metrics, access }: HealthSources): void {
  // A probe needs no token, and hears no more than it needs.
  const said = (request: FastifyRequest, status: string, checks: HealthReport["checks"]) =>
    isKnown(request, access) ? { status, checks } : { status };
  app.get("/healthz", { config: { role: PAGE_ROLES["/healthz"] } }, (request, reply) => {
    const { alive, checks } = health();
    return reply.code(alive ? 200 : 503).send(said(request, alive ? "alive" : "failed", checks));
  });
  app.get("/readyz", { config: { role: PAGE_ROLES["/readyz"] } }, (request, reply) => {
    const { alive, ready, checks } = health();
    const ok = alive && ready;
    return reply.code(ok ? 200 : 503).send(said(request, ok ? "ready" : "not ready", checks));
  });
  app.get("/metrics", { config: { role: PAGE_ROLES["/metrics"] } }, async (_request, reply) => {
    const text = await metrics();
    return reply.type(PROMETHEUS_TEXT).send(text);
  });
}
