import type { IClientOptions, IClientPublishOptions } from "mqtt";
import { CONTENT_TYPE, REFILL_PROPERTY, SCHEMA_PROPERTY } from "../../contract/identity.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { parseBrokerUrl } from "../../mqtt/broker-address.ts";
import type { BrokerClient } from "../../mqtt/broker-failure.ts";
import type { TlsPems } from "../../mqtt/client-tls.ts";
import type { PublishedMessage } from "../../mqtt/machine-connection.ts";
import { MACHINE_CLIENT_DEFAULTS, type MachineClientOptions } from "./machine-client-options.ts";

/** A broker and how its client connects: for MQTT.js, and for what is said of it. */
export interface BrokerOptions extends BrokerClient {
  readonly client: IClientOptions;
}

/**
 * The options of MQTT.js for a machine. MQTT.js keeps nothing and repeats nothing: what isn't acknowledged is kept
 * by {@link MachineClient}, because MQTT.js doesn't keep to the broker's receive maximum.
 *
 * @throws ConcheError CONCHE_BROKER_URL_INVALID or CONCHE_CONFIG_INVALID
 */
export function brokerOptions(options: MachineClientOptions): BrokerOptions {
  const address = parseBrokerUrl(options.url, { webSocket: true });
  const { scheme, host, port, path, tls, display } = address;
  const pems = options.tls?.() ?? options;
  if (!tls && (pems.ca ?? pems.cert ?? pems.key) !== undefined) {
    throw new ConcheError("CONCHE_CONFIG_INVALID", {
      message: `certificates need mqtts:// or wss://, not ${display}`,
    });
  }
  const username = options.username ?? address.username;
  const password = options.password ?? address.password;
  if (password !== undefined && username === undefined) {
    throw new ConcheError("CONCHE_CONFIG_INVALID", {
      message: "a password for the broker needs a user name",
    });
  }
  return {
    address,
    clientId: options.clientId,
    protocol: options.protocol,
    client: {
      ...{ protocol: scheme, host, port },
      ...(path === "" ? {} : { path }),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...given(pems),
      ...session(options),
    },
  };
}

function given({ ca, cert, key }: TlsPems): Pick<IClientOptions, "ca" | "cert" | "key"> {
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
