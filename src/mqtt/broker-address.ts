import { ConcheError } from "../errors/conche-error.ts";

/** How a broker is reached. */
export type BrokerScheme = "mqtt" | "mqtts" | "ws" | "wss";

/** Where a broker listens, as read from its URL. */
export interface BrokerAddress {
  readonly scheme: BrokerScheme;
  readonly host: string;
  readonly port: number;
  /** Path and query of a WebSocket; empty for MQTT itself. */
  readonly path: string;
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The URL without user name and password: what may be shown and logged. */
  readonly display: string;
}

const DEFAULT_PORTS: Readonly<Record<BrokerScheme, number>> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 };
const HINT = "use mqtt://host:1883 or mqtts://host:8883";

/**
 * Reads `mqtt://[user[:password]@]host[:port]` or `mqtts://…`, and where a client can speak over WebSocket `ws://…/path`
 * and `wss://…/path`. A consumer can't: what it lives from is telling the broker to wait, and Node's WebSocket client
 * can't stop reading.
 *
 * @throws ConcheError CONCHE_BROKER_URL_INVALID
 */
export function parseBrokerUrl(text: string, { webSocket = false } = {}): BrokerAddress {
  const url = parseUrl(text);
  const scheme = url.protocol.slice(0, -1);
  const overWebSocket = scheme === "ws" || scheme === "wss";
  if (overWebSocket && !webSocket) {
    throw invalid("the data center does not ingest over WebSocket, which can't be asked to wait", {
      hint: `${HINT}; every broker that offers WebSocket listens for plain MQTT or TLS too`,
    });
  }
  if (!isScheme(scheme)) {
    const known = webSocket ? "mqtt://, mqtts://, ws:// or wss://" : "mqtt:// or mqtts://";
    throw invalid(`the broker's address begins with ${scheme}://, not with ${known}`);
  }
  if (url.hostname === "") throw invalid("the broker's address names no host");
  const hasPath = (url.pathname !== "" && url.pathname !== "/") || url.search !== "";
  if ((hasPath && !overWebSocket) || url.hash !== "") {
    throw invalid("the broker's address has something behind host and port");
  }
  if (url.port === "0") throw invalid("the broker's port can't be 0");
  const port = url.port === "" ? DEFAULT_PORTS[scheme] : Number(url.port);
  return {
    scheme,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    path: overWebSocket ? `${url.pathname}${url.search}` : "",
    tls: scheme === "mqtts" || scheme === "wss",
    username: decoded(url.username),
    password: decoded(url.password),
    display: `${scheme}://${url.hostname}:${port}`,
  };
}

function isScheme(text: string): text is BrokerScheme {
  return Object.hasOwn(DEFAULT_PORTS, text);
}

/**
 * Reads an address as a URL.
 * @throws ConcheError CONCHE_BROKER_URL_INVALID, without a word of the address: it may hold a password
 */
function parseUrl(text: string): URL {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    throw invalid("the broker's address is not a URL: it has no scheme");
  const url = URL.parse(text);
  if (url === null) throw invalid(`the broker's address is not a URL${encodingRemark(text)}`);
  // What stands behind a / or # in front of an @ is the rest of a password.
  if (/@/.test(url.pathname + url.search + url.hash)) {
    throw invalid(`the broker's address has an @ behind host and port${encodingRemark(text)}`);
  }
  return url;
}

/** What to do about a password that an address can't hold as it is. */
function encodingRemark(text: string): string {
  return text.includes("@")
    ? "; a user name or password with a special character in it needs % escapes (# is %23, / is %2F, @ is %40)"
    : "";
}

/**
 * An address as it may be shown: scheme, host and port, as far as they are certain. Never user and password, however
 * the address is broken.
 */
export function shownAddress(text: string): string {
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return "(an address without a scheme)";
  const place = rest.slice(rest.lastIndexOf("@") + 1);
  const [host] = /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?(?=\/|$)/i.exec(place) ?? [];
  return `${scheme}${host ?? "…"}`;
}

function decoded(part: string): string | undefined {
  if (part === "") return undefined;
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw invalid("user name or password in the broker's address has a broken % escape", { cause });
  }
}

/** The address itself stays out of the message: it may hold a password. */
function invalid(message: string, more: { hint?: string; cause?: unknown } = {}): ConcheError {
  return new ConcheError("CONCHE_BROKER_URL_INVALID", { hint: HINT, ...more, message });
}
