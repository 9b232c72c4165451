import { ConcheError } from "../errors/conche-error.ts";

/** Where a broker listens, as read from its URL. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The URL without user name and password: what may be shown and logged. */
  readonly display: string;
}

const DEFAULT_PORT = { "mqtt:": 1883, "mqtts:": 8883 } as const;
const HINT = "use mqtt://host:1883 or mqtts://host:8883";

/**
 * Reads `mqtt://[user[:password]@]host[:port]` or `mqtts://…`. MQTT over WebSocket is refused: what this consumer
 * lives from is telling the broker to wait, and Node's WebSocket client can't stop reading.
 *
 * @throws ConcheError CONCHE_BROKER_URL_INVALID
 */
export function parseBrokerUrl(text: string): BrokerAddress {
  const url = URL.parse(text);
  if (url === null) throw invalid("the broker's address is not a URL");
  const { protocol } = url;
  if (protocol === "ws:" || protocol === "wss:") {
    throw invalid("the data center does not ingest over WebSocket, which can't be asked to wait", {
      hint: `${HINT}; every broker that offers WebSocket listens for plain MQTT or TLS too`,
    });
  }
  if (protocol !== "mqtt:" && protocol !== "mqtts:") {
    throw invalid(`the broker's address begins with "${protocol}//", not with mqtt:// or mqtts://`);
  }
  if (url.hostname === "") throw invalid("the broker's address names no host");
  if ((url.pathname !== "" && url.pathname !== "/") || url.search !== "" || url.hash !== "") {
    throw invalid("the broker's address has something behind host and port");
  }
  if (url.port === "0") throw invalid("the broker's port can't be 0");
  const port = url.port === "" ? DEFAULT_PORT[protocol] : Number(url.port);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    tls: protocol === "mqtts:",
    username: decoded(url.username),
    password: decoded(url.password),
    display: `${protocol}//${url.hostname}:${port}`,
  };
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
