import type { FastifyReply, FastifyRequest } from "fastify";
import { LOGIN_LASTS_MS } from "../../access/pending-logins.ts";

/**
 * The cookie of a session. It bears the port: cookies know none, and two data centers of one machine would throw out
 * each other's sessions. `__Host-` keeps every other host, and whoever speaks plain HTTP, from setting it (RFC 6265bis).
 */
function nameOf(request: FastifyRequest, what = "conche"): string {
  const name = `${what}-${request.socket.localPort ?? 0}`;
  return isEncrypted(request) ? `__Host-${name}` : name;
}

/**
 * Whether the browser speaks HTTPS: with us, or with a proxy that says so. Whoever lies about it locks out their own
 * browser and nobody else's.
 */
export function isEncrypted(request: FastifyRequest): boolean {
  return request.protocol === "https" || request.headers["x-forwarded-proto"] === "https";
}

/** What the session's cookie of a request holds. */
export function cookieOf(request: FastifyRequest): string | undefined {
  return cookieNamed(request, nameOf(request));
}

/** Gives the browser its session, until it is over or the browser is closed. */
export function setCookie(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  reply.header("set-cookie", `${nameOf(request)}=${secret}; ${attributes(request, "Strict")}`);
}

/** Takes it back. */
export function clearCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header("set-cookie", `${nameOf(request)}=; Max-Age=0; ${attributes(request, "Strict")}`);
}

/** What the cookie of a login holds that this browser has begun with the identity provider. */
export function loginCookieOf(request: FastifyRequest): string | undefined {
  return cookieNamed(request, nameOf(request, "conche-login"));
}

/** Gives it to the browser, which brings it along when the provider sends it back: hence Lax. */
export function setLoginCookie(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  const value = `${nameOf(request, "conche-login")}=${secret}; Max-Age=${LOGIN_LASTS_MS / 1_000}`;
  reply.header("set-cookie", `${value}; ${attributes(request, "Lax")}`);
}

function cookieNamed(request: FastifyRequest, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

function attributes(request: FastifyRequest, sameSite: "Strict" | "Lax"): string {
  return `Path=/; HttpOnly; SameSite=${sameSite}${isEncrypted(request) ? "; Secure" : ""}`;
}
