import { isLoopback } from "./loopback.ts";

/** What a WebSocket handshake says about where it comes from. */
export interface BrowserRequest {
  /** The Origin header; browsers always send it, other programs hardly ever. */
  readonly origin: string | undefined;
  /** The Host header. */
  readonly host: string | undefined;
}

/**
 * Whether a web page may open a WebSocket here. Browsers let any page open one to any address, this machine's
 * included, so the server has to look where the page comes from (RFC 6455, 10.2).
 *
 * - No Origin: not a browser.
 * - An origin on the list is let in, whatever name the server is reached by (a reverse proxy's, say).
 * - Bound to loopback: page and server must both be named as this machine. Comparing the two names isn't enough: a
 *   page can have its own name resolve to 127.0.0.1 (DNS rebinding).
 * - Bound elsewhere: the page must come from the same host. Rebinding gains nothing there, as every client has to
 *   give a password that a foreign page doesn't have.
 */
export function mayOpenWebSocket(
  request: BrowserRequest,
  boundHost: string,
  allowed: readonly string[],
): boolean {
  if (request.origin === undefined) return true;
  if (allowed.includes(request.origin)) return true;
  const page = hostNameOf(request.origin);
  const server = request.host === undefined ? undefined : hostNameOf(`http://${request.host}`);
  if (page === undefined || server === undefined) return false;
  return isLoopback(boundHost) ? isLoopback(page) && isLoopback(server) : page === server;
}

function hostNameOf(url: string): string | undefined {
  const parsed = URL.parse(url);
  return parsed === null || parsed.hostname === "" ? undefined : parsed.hostname;
}
