import type { FastifyReply, FastifyRequest } from "fastify";
import { mayOpenWebSocket } from "../../access/browser-origin.ts";
import { isLoopback } from "../../access/loopback.ts";
import { notFound } from "../../api/problem.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { AllowedMethods } from "./allowed-methods.ts";
import type { HttpLimits } from "./http-limits.ts";
import { SESSION_PATH } from "./login-gate.ts";
import { methodNotAllowed, partTooLong, pathOf, sendProblem, tooLarge } from "./refusals.ts";

const READING_METHODS = ["GET", "HEAD"];

/** On every answer: nothing of these pages is for a browser to run, frame, keep or hand to another page. */
export const STRICT_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

const YEAR_SECONDS = 31_536_000;

/** Who is let in, and what for. */
export interface Admitted {
  /** The address that is listened on. */
  readonly boundHost: string;
  /** Host names beside this machine's own that requests may carry. */
  readonly trustedHosts: readonly string[];
  readonly limits: HttpLimits;
  readonly allowed: AllowedMethods;
}

type Admit = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

/** The first thing every request passes: strict headers on whatever is answered, and refusal of what isn't read. */
export function admission(admitted: Admitted): Admit {
  return async (request, reply) => {
    reply.headers(STRICT_HEADERS);
    // Not for this machine's own names: what else runs here may speak plain HTTP.
    if (request.protocol === "https" && !namesThisMachine(request.headers.host)) {
      reply.header("strict-transport-security", `max-age=${YEAR_SECONDS}`);
    }
    const refused = refusalOf(request, admitted);
    if (refused === undefined) return undefined;
    // A refused request may have a body on its way, which nobody is going to read.
    reply.header("connection", "close");
    if (refused === "method") return refuseMethod(request, reply, admitted.allowed);
    return sendProblem(request, reply, refused);
  };
}

/** Refuses a method that the path has no route for: 405 with those that it takes, 404 where there is no such path. */
export function refuseMethod(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: AllowedMethods,
): FastifyReply {
  const path = pathOf(request.url);
  const known = methods.of(path);
  if (known.length === 0 && path.startsWith("/api/")) {
    return sendProblem(request, reply, notFound(`there is no ${request.method} ${path}`));
  }
  // The method is the path's own: what kept it from its route is the length of a part.
  if (known.includes(request.method)) return sendProblem(request, reply, partTooLong(path));
  // Other paths may be the dashboard's.
  const allowed = known.length === 0 ? READING_METHODS : known;
  return sendProblem(request, reply.header("allow", allowed.join(", ")), methodNotAllowed(request, allowed));
}

function refusalOf(
  request: FastifyRequest,
  { boundHost, trustedHosts, limits }: Admitted,
): ConcheError | "method" | undefined {
  const does =
    (request.method === "POST" && request.url.startsWith("/api/")) ||
    (request.method === "DELETE" && request.url === SESSION_PATH) ||
    // i3X answers itself that nothing is written.
    (request.method === "PUT" && request.url.startsWith("/api/i3x/"));
  const bodyBytes = does ? limits.postBytes : limits.bodyBytes;
  if (Number(request.headers["content-length"] ?? 0) > bodyBytes || request.headers["transfer-encoding"]) {
    return tooLarge(bodyBytes);
  }
  if (!does && !READING_METHODS.includes(request.method)) return "method";
  const { host, origin } = request.headers;
  const isTrusted = trustedHosts.includes(hostNameOf(host));
  if (isLoopback(boundHost) && !namesThisMachine(host) && !isTrusted) {
    return new ConcheError("CONCHE_HOST_FOREIGN", {
      message: `${hostNameOf(host).slice(0, 100)} is no name of this server's own machine`,
    });
  }
  // A page of another server can send a form here; it must not do anything with it.
  // Behind a trusted name both have to bear that name, as they would on a server that is bound to more than loopback.
  if (does && !mayOpenWebSocket({ origin, host }, isTrusted ? hostNameOf(host) : boundHost, [])) {
    return new ConcheError("CONCHE_REQUEST_FOREIGN", { message: "only pages of this server may do this" });
  }
  return undefined;
}

/**
 * A web page can make its own host name resolve to 127.0.0.1 and so read what is bound there (DNS rebinding); its
 * requests still carry that name. A request without a Host header (HTTP/1.0) doesn't come from a browser.
 */
function namesThisMachine(host: string | undefined): boolean {
  return host === undefined || isLoopback(hostNameOf(host));
}

function hostNameOf(host = ""): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}
