import type { IConnackPacket, IConnectPacket, ISubackPacket, ISubscribePacket } from "mqtt-packet";
import { ConcheError } from "../../errors/conche-error.ts";
import { connectionRefused } from "../../mqtt/broker-failure.ts";
import { FIRST_FAILURE, reasonText } from "../../mqtt/reason-codes.ts";
import type { ConsumerSettings } from "./options.ts";

/** The QoS that the namespace needs (DELIVERY_POLICY); a lower one loses messages when the connection breaks. */
const NEEDED_QOS = 1;
/** MQTT 5, 3.8.3.1: retained messages only when the subscription is new, not at every reconnect. */
const RETAINED_FOR_NEW_SUBSCRIPTION = 1;

/** What the broker allows on this connection, as it said in CONNACK; MQTT's own defaults where it said nothing. */
export interface ConnackLimits {
  readonly sessionPresent: boolean;
  /** Seconds; undefined where the broker does not say. */
  readonly sessionExpiryS: number | undefined;
  readonly keepaliveS: number;
  /** QoS 1 publishes it takes ahead of its acknowledgements. */
  readonly receiveMaximum: number;
  readonly maximumQos: number;
  readonly maximumPacketBytes: number;
  readonly retainAvailable: boolean;
}

/**
 * The CONNECT of a consumer: a session that outlives the connection, so that the broker keeps what isn't acknowledged.
 */
export function connectPacket(settings: ConsumerSettings): IConnectPacket {
  const packet: IConnectPacket = {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: settings.protocol,
    clientId: settings.clientId,
    clean: false,
    keepalive: settings.keepaliveS,
  };
  if (settings.username !== undefined) packet.username = settings.username;
  if (settings.password !== undefined) packet.password = Buffer.from(settings.password);
  if (settings.protocol === 5) {
    // No maximum packet size: the broker would throw larger messages away, having acknowledged them to the machine,
    // and nobody would know. As it is they come, and their beginning goes to quarantine.
    packet.properties = {
      sessionExpiryInterval: settings.sessionExpiryS,
      receiveMaximum: settings.receiveMaximum,
      topicAliasMaximum: 0,
    };
  }
  return packet;
}

/** A CONNECT that leaves nothing behind at the broker. */
export function sessionlessConnect(settings: ConsumerSettings): IConnectPacket {
  const packet = connectPacket(settings);
  return {
    ...packet,
    clean: true,
    ...(packet.properties === undefined
      ? {}
      : { properties: { ...packet.properties, sessionExpiryInterval: 0 } }),
  };
}

/** Reads CONNACK: what the broker allows, or why it refuses. */
export function readConnack(packet: IConnackPacket, settings: ConsumerSettings): ConnackLimits | ConcheError {
  const code = (settings.protocol === 5 ? packet.reasonCode : packet.returnCode) ?? 0;
  if (code !== 0) return connectionRefused(settings, code, packet.properties?.reasonString);
  const properties = packet.properties ?? {};
  return {
    sessionPresent: packet.sessionPresent,
    sessionExpiryS:
      settings.protocol === 5 ? (properties.sessionExpiryInterval ?? settings.sessionExpiryS) : undefined,
    keepaliveS: properties.serverKeepAlive ?? settings.keepaliveS,
    receiveMaximum: properties.receiveMaximum ?? 65_535,
    maximumQos: properties.maximumQoS ?? 2,
    maximumPacketBytes: properties.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    retainAvailable: properties.retainAvailable ?? true,
  };
}

/** The SUBSCRIBE for all filters in one packet, QoS 1 at most: a delivery is acknowledged once, on disk. */
export function subscribePacket(
  filters: readonly string[],
  messageId: number,
  protocol: 4 | 5,
): ISubscribePacket {
  return {
    cmd: "subscribe",
    messageId,
    subscriptions: filters.map((topic) =>
      protocol === 5
        ? { topic, qos: NEEDED_QOS, nl: false, rap: true, rh: RETAINED_FOR_NEW_SUBSCRIPTION }
        : { topic, qos: NEEDED_QOS },
    ),
  };
}

/** What SUBACK says: the filters that aren't granted as needed, and why. */
export interface SubscriptionRefusal {
  readonly filters: readonly string[];
  readonly error: ConcheError;
}

/** Reads SUBACK; undefined when every filter is granted with the QoS it needs. */
export function readSuback(
  packet: ISubackPacket,
  filters: readonly string[],
): SubscriptionRefusal | undefined {
  const refused: string[] = [];
  const downgraded: string[] = [];
  const details: string[] = [];
  for (const [index, filter] of filters.entries()) {
    const code = Number(packet.granted[index]);
    if (code >= FIRST_FAILURE) {
      refused.push(filter);
      details.push(`${filter}: ${reasonText(code, packet.properties?.reasonString)}`);
    } else if (code < NEEDED_QOS) {
      downgraded.push(filter);
      details.push(`${filter}: granted QoS ${code}, needs QoS ${NEEDED_QOS}`);
    }
  }
  if (details.length === 0) return undefined;
  const code = refused.length > 0 ? "CONCHE_BROKER_REFUSED" : "CONCHE_QOS_DOWNGRADED";
  const message = `the broker did not grant the subscription to ${details.join("; ")}`;
  return {
    filters: [...refused, ...downgraded],
    error: new ConcheError(code, { message, retryable: true }),
  };
}
