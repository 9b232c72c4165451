import type { IClientOptions, IClientPublishOptions } from "mqtt";
import { CONTENT_TYPE, REFILL_PROPERTY, SCHEMA_PROPERTY } from "../../contract/identity.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { PublishedMessage } from "../../mqtt/machine-connection.ts";
import { MACHINE_CLIENT_DEFAULTS, type MachineClientOptions } from "./machine-client-options.ts";

const PROTOCOLS = { "mqtt:": "mqtt", "mqtts:": "mqtts", "ws:": "ws", "wss:": "wss" } as const;
const DEFAULT_PORTS = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

/** A broker's address as MQTT.js takes it, and as it may be shown. */
export interface BrokerOptions {
  /** The URL without user name and password. */
  readonly display: string;
  readonly client: IClientOptions;
}

/**
 * The options of MQTT.js for a machine. MQTT.js keeps nothing and repeats nothing: what isn't acknowledged is kept
 * by {@link MachineClient}, because MQTT.js doesn't keep to the broker's receive maximum.
 *
 * @throws ConcheError CONCHE_BROKER_URL_INVALID or CONCHE_CONFIG_INVALID
 */
export function brokerOptions(options: MachineClientOptions): BrokerOptions {
  const url = URL.parse(options.url);
  const protocol = url === null ? undefined : PROTOCOLS[url.protocol as keyof typeof PROTOCOLS];
  if (url === null || protocol === undefined || url.hostname === "") {
    throw new ConcheError("CONCHE_BROKER_URL_INVALID", {
      message: "the broker's address is not a URL of mqtt://, mqtts://, ws:// or wss://",
    });
  }
  const secure = protocol === "mqtts" || protocol === "wss";
  if (!secure && (options.ca ?? options.cert ?? options.key) !== undefined) {
    throw new ConcheError("CONCHE_CONFIG_INVALID", {
      message: `certificates need mqtts:// or wss://, not ${url.protocol}//${url.host}`,
    });
  }
  const username = options.username ?? part(url.username);
  const password = options.password ?? part(url.password);
  if (password !== undefined && username === undefined) {
    throw new ConcheError("CONCHE_CONFIG_INVALID", {
      message: "a password for the broker needs a user name",
    });
  }
  const port = url.port === "" ? DEFAULT_PORTS[protocol] : Number(url.port);
  return {
    display: `${url.protocol}//${url.hostname}:${port}`,
    client: {
      protocol,
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port,
      ...(protocol === "ws" || protocol === "wss" ? { path: `${url.pathname}${url.search}` } : {}),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...pems(options),
      ...session(options),
    },
  };
}

function part(text: string): string | undefined {
  if (text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ConcheError("CONCHE_BROKER_URL_INVALID", {
      message: "user name or password in the broker's address has a broken % escape",
      cause,
    });
  }
}

function pems({ ca, cert, key }: MachineClientOptions): Pick<IClientOptions, "ca" | "cert" | "key"> {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function session(options: MachineClientOptions): IClientOptions {
  const { clientId, protocol, will } = options;
  return {
    clientId,
    protocolId: "MQTT",
    protocolVersion: protocol,
    clean: true,
    keepalive: options.keepaliveS ?? MACHINE_CLIENT_DEFAULTS.keepaliveS,
    connectTimeout: options.connectTimeoutMs ?? MACHINE_CLIENT_DEFAULTS.connectTimeoutMs,
    reconnectPeriod: 0,
    resubscribe: false,
    // 65,536 numbers as buffers, 10 MB, made with the first packet of the process.
    writeCache: false,
    ...(will === undefined
      ? {}
      : {
          will: {
            topic: will.topic,
            payload: Buffer.from(will.payload),
            qos: will.qos,
            retain: will.retain,
            ...(protocol === 5 ? { properties: properties(will) } : {}),
          },
        }),
  };
}

/** How a message travels. MQTT 3.1.1 has no properties. */
export function publishOptions(message: PublishedMessage, protocol: 4 | 5): IClientPublishOptions {
  const { qos, retain } = message;
  return protocol === 5 ? { qos, retain, properties: properties(message) } : { qos, retain };
}

function properties({ schema, refill }: PublishedMessage): {
  contentType: string;
  userProperties?: Record<string, string>;
} {
  const userProperties = {
    ...(schema === undefined ? {} : { [SCHEMA_PROPERTY]: schema }),
    ...(refill === undefined ? {} : { [REFILL_PROPERTY]: "1" }),
  };
  const named = Object.keys(userProperties).length > 0;
  return { contentType: CONTENT_TYPE, ...(named ? { userProperties } : {}) };
}
