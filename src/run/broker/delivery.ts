import type { OpenLogins } from "../../access/logins.ts";
import { EmbeddedBroker } from "../../adapters/aedes/embedded-broker.ts";
import { PasswordFile } from "../../adapters/credentials/password-file.ts";
import { MqttConsumer } from "../../adapters/mqtt-packet/mqtt-consumer.ts";
import type { Config } from "../../config/config-schema.ts";
import type { BrokerRetained } from "../../log/message-log.ts";
import type { Delivery } from "../../mqtt/delivery.ts";
import { brokerNotice, consumerNotice, type Notice } from "./broker-notices.ts";
import { consumerOptions } from "./consumer-options.ts";

/** A delivery together with what the banner and the metrics say of it. */
export interface ChosenDelivery {
  readonly delivery: Delivery;
  /** Addresses; complete once the delivery has started. */
  readonly addresses: () => { readonly mqtt?: string; readonly webSocket?: string; readonly broker?: string };
  /** Open connections of the embedded broker; undefined with another broker. */
  readonly connections: (() => number) | undefined;
}

/**
 * The embedded broker, or a consumer of the broker that `--broker` names.
 * @throws ConcheError CONCHE_BROKER_URL_INVALID or CONCHE_CONFIG_INVALID
 */
export async function chooseDelivery(
  config: Config,
  retained: Iterable<BrokerRetained>,
  notice: (notice: Notice | undefined) => void,
): Promise<ChosenDelivery> {
  const { url } = config.broker;
  if (url !== null) {
    const delivery = new MqttConsumer({
      ...(await consumerOptions(url, config)),
      onStatus: (event) => notice(consumerNotice(event)),
    });
    return { delivery, addresses: () => ({ broker: withoutPassword(url) }), connections: undefined };
  }
  const { host, port, wsPort, allowedOrigins, passwords, packetLimit } = config.mqtt;
  const broker = new EmbeddedBroker({
    host,
    port,
    wsPort: wsPort ?? undefined,
    allowedOrigins,
    logins: passwordLogins(passwords),
    limits: { packetBytes: packetLimit },
    retained,
    onEvent: (event) => notice(brokerNotice(event)),
  });
  return {
    delivery: broker,
    addresses: () => ({
      mqtt: `mqtt://${authority(host, broker.port)}`,
      ...(broker.wsPort === undefined ? {} : { webSocket: `ws://${authority(host, broker.wsPort)}/mqtt` }),
    }),
    connections: () => broker.stats().connections,
  };
}

/** The users of a password file; undefined where none is named. */
export function passwordLogins(path: string | null): OpenLogins | undefined {
  return path === null ? undefined : (onInvalid) => PasswordFile.load(path, onInvalid);
}

/** `host:port`, with brackets around an IPv6 address. */
export function authority(host: string, port: number): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An address as it may be shown. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "***";
  return shown.href;
}
