import { ConcheError } from "../../errors/conche-error.ts";
import { connectionRefused } from "../../mqtt/broker-failure.ts";
import { FIRST_FAILURE, REASON, reasonText } from "../../mqtt/reason-codes.ts";
import type { ConnackPacket, SubackPacket } from "../../mqtt/wire/answer-reader.ts";
import { type ConnectRequest, subscribeBytes } from "../../mqtt/wire/request-writer.ts";
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
export function connectRequest(settings: ConsumerSettings): ConnectRequest {
  const { protocol, clientId, keepaliveS, username, password, sessionExpiryS, receiveMaximum } = settings;
  // No maximum packet size: the broker would throw larger messages away, having acknowledged them to the machine,
  // and nobody would know. As it is they come, and their beginning goes to quarantine.
  return {
    protocolVersion: protocol,
    clientId,
    clean: false,
    keepAlive: keepaliveS,
    username,
    password,
    sessionExpiryInterval: sessionExpiryS,
    receiveMaximum,
  };
}

/** A CONNECT that leaves nothing behind at the broker. */
export function sessionlessConnect(settings: ConsumerSettings): ConnectRequest {
  return { ...connectRequest(settings), clean: true, sessionExpiryInterval: 0 };
}

/** Reads CONNACK: what the broker allows, or why it refuses. */
export function readConnack(packet: ConnackPacket, settings: ConsumerSettings): ConnackLimits | ConcheError {
  const { code, reasonString, sessionPresent } = packet;
  if (code !== 0) return connectionRefused(settings, code, reasonString);
  return {
    sessionPresent,
    sessionExpiryS:
      settings.protocol === 5 ? (packet.sessionExpiryInterval ?? settings.sessionExpiryS) : undefined,
    keepaliveS: packet.serverKeepAlive ?? settings.keepaliveS,
    receiveMaximum: packet.receiveMaximum ?? 65_535,
    maximumQos: packet.maximumQos ?? 2,
    maximumPacketBytes: packet.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    retainAvailable: packet.retainAvailable ?? true,
  };
}

/** The SUBSCRIBE for all filters in one packet, QoS 1 at most: a delivery is acknowledged once, on disk. */
export function subscribeRequest(filters: readonly string[], packetId: number, protocol: 4 | 5): Buffer {
  return subscribeBytes(protocol, {
    packetId,
    subscriptionIdentifier: 0,
    subscriptions: filters.map((filter) => ({
      filter,
      qos: NEEDED_QOS,
      noLocal: false,
      retainAsPublished: true,
      retainHandling: RETAINED_FOR_NEW_SUBSCRIPTION,
    })),
  });
}

/** What SUBACK says: the filters that aren't granted as needed, and why. */
export interface SubscriptionRefusal {
  readonly filters: readonly string[];
  readonly error: ConcheError;
}

/** Reads SUBACK; undefined when every filter is granted with the QoS it needs. */
export function readSuback(
  packet: SubackPacket,
  filters: readonly string[],
): SubscriptionRefusal | undefined {
  const refused: string[] = [];
  const downgraded: string[] = [];
  const details: string[] = [];
  for (const [index, filter] of filters.entries()) {
    const code = packet.codes[index] ?? REASON.UNSPECIFIED_ERROR;
    if (code >= FIRST_FAILURE) {
      refused.push(filter);
      details.push(`${filter}: ${reasonText(code, packet.reasonString)}`);
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
