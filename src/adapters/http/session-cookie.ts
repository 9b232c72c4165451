import type { FastifyReply, FastifyRequest } from "fastify";

/**
 * The cookie of a session. It bears the port: cookies know none, and two data centers of one machine would throw out
 * each other's sessions. `__Host-` keeps every other host, and whoever speaks plain HTTP, from setting it (RFC 6265bis).
 */
function nameOf(request: FastifyRequest): string {
  const name = `conche-${request.socket.localPort ?? 0}`;
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
  const name = nameOf(request);
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** Gives the browser its session, until it is over or the browser is closed. */
export function setCookie(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  reply.header("set-cookie", `${nameOf(request)}=${secret}; ${attributes(request)}`);
}

/** Takes it back. */
export function clearCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header("set-cookie", `${nameOf(request)}=; Max-Age=0; ${attributes(request)}`);
}

function attributes(request: FastifyRequest): string {
  return `Path=/; HttpOnly; SameSite=Strict${isEncrypted(request) ? "; Secure" : ""}`;
}
