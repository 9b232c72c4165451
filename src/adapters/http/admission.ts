import type { FastifyReply, FastifyRequest } from "fastify";
import { mayOpenWebSocket } from "../../access/browser-origin.ts";
import { isLoopback } from "../../access/loopback.ts";
import type { HttpLimits } from "./http-limits.ts";
import { SESSION_PATH } from "./login-gate.ts";

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

type Admit = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

/** The first thing every request passes: strict headers on whatever is answered, and refusal of what isn't read. */
export function admission(boundHost: string, trustedHosts: readonly string[], limits: HttpLimits): Admit {
  return async (request, reply) => {
    reply.headers(STRICT_HEADERS);
    // Not for this machine's own names: what else runs here may speak plain HTTP.
    if (request.protocol === "https" && !namesThisMachine(request.headers.host)) {
      reply.header("strict-transport-security", `max-age=${YEAR_SECONDS}`);
    }
    const refused = refusalOf(request, boundHost, trustedHosts, limits);
    if (refused === undefined) return undefined;
    const [status, message] = refused;
    if (status === 405) reply.header("allow", READING_METHODS.join(", "));
    // A refused request may have a body on its way, which nobody is going to read.
    return reply.header("connection", "close").code(status).send({ error: message });
  };
}

function refusalOf(
  request: FastifyRequest,
  boundHost: string,
  trustedHosts: readonly string[],
  limits: HttpLimits,
): readonly [status: number, message: string] | undefined {
  const does =
    (request.method === "POST" && request.url.startsWith("/api/")) ||
    (request.method === "DELETE" && request.url === SESSION_PATH) ||
    // i3X answers itself that nothing is written.
    (request.method === "PUT" && request.url.startsWith("/api/i3x/"));
  const bodyBytes = does ? limits.postBytes : limits.bodyBytes;
  if (Number(request.headers["content-length"] ?? 0) > bodyBytes || request.headers["transfer-encoding"]) {
    return [413, `a body of at most ${bodyBytes} bytes with a content-length is taken`];
  }
  if (!does && !READING_METHODS.includes(request.method)) return [405, "these pages are only read"];
  const { host, origin } = request.headers;
  const isTrusted = trustedHosts.includes(hostNameOf(host));
  if (isLoopback(boundHost) && !namesThisMachine(host) && !isTrusted) {
    return [421, `this server answers only to names of its own machine, and to those in ${TRUSTED_SETTING}`];
  }
  // A page of another server can send a form here; it must not do anything with it.
  // Behind a trusted name both have to bear that name, as they would on a server that is bound to more than loopback.
  if (does && !mayOpenWebSocket({ origin, host }, isTrusted ? hostNameOf(host) : boundHost, [])) {
    return [403, "only pages of this server may do this"];
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

const TRUSTED_SETTING = "--http-trusted-hosts (the name by which a reverse proxy is reached)";
