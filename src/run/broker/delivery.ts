import type { AccessRules } from "../../access/access-rules.ts";
import type { AuditTrail } from "../../access/audit.ts";
import type { OpenLogins } from "../../access/logins.ts";
import { EmbeddedBroker } from "../../adapters/broker/embedded-broker.ts";
import { PasswordFile } from "../../adapters/credentials/password-file.ts";
import { MqttConsumer } from "../../adapters/mqtt-packet/mqtt-consumer.ts";
import type { Notice } from "../../adapters/terminal/notices.ts";
import type { Config } from "../../config/config-schema.ts";
import type { BrokerSessionChange, RestoredSession } from "../../log/broker-session.ts";
import type { SessionNotes } from "../../log/delivery-session.ts";
import type { BrokerRetained } from "../../log/message-log.ts";
import { shownAddress } from "../../mqtt/broker-address.ts";
import type { Delivery } from "../../mqtt/delivery.ts";
import { auditOf } from "../audit/broker-audit.ts";
import { certificateTeller } from "../audit/certificate-audit.ts";
import type { Expiry } from "../tls/expiry.ts";
import { ServerCertificates } from "../tls/server-certificates.ts";
import { brokerNotice, consumerNotice } from "./broker-notices.ts";
import { consumerOptions } from "./consumer-options.ts";
import { WatchedSession } from "./watched-session.ts";

/** A delivery together with what the banner and the metrics say of it. */
export interface ChosenDelivery {
  readonly delivery: Delivery;
  /** Addresses; complete once the delivery has started. */
  readonly addresses: () => { readonly mqtt?: string; readonly webSocket?: string; readonly broker?: string };
  /** Entries of what it keeps in memory, by name. */
  readonly kept: () => Readonly<Record<string, number>>;
  /** Open connections of the embedded broker; undefined with another broker. */
  readonly connections: (() => number) | undefined;
  /** What ends of the embedded broker's certificates, and when; undefined where it has none. */
  readonly expiries?: () => readonly Expiry[];
  /** What of the embedded broker's sessions has changed since this was asked last; undefined with another broker. */
  readonly sessionChanges?: () => readonly BrokerSessionChange[];
  /** Times that another broker had lost our session since the start; undefined with the embedded one. */
  readonly sessionsLost?: () => number;
}

/** What the embedded broker finds of its last run. */
export interface KeptBrokerState {
  /** Oldest first. */
  readonly retained: Iterable<BrokerRetained>;
  readonly sessions: Iterable<RestoredSession>;
}

/** Who may do what on the embedded broker, and where it says who was refused. */
export interface BrokerAccess {
  /** What holds for everybody where left out. */
  readonly rules?: AccessRules | undefined;
  readonly audit: AuditTrail;
}

/**
 * The embedded broker, or a consumer of the broker that `--broker` names.
 * @throws ConcheError CONCHE_BROKER_URL_INVALID or CONCHE_CONFIG_INVALID
 */
export async function chooseDelivery(
  config: Config,
  kept: KeptBrokerState,
  notice: (notice: Notice | undefined) => void,
  sessions: SessionNotes,
  { rules, audit }: BrokerAccess,
): Promise<ChosenDelivery> {
  const { url, clientId } = config.broker;
  if (url !== null) {
    const session = new WatchedSession({
      notes: sessions,
      url,
      clientId,
      toldBy: "conche report completeness",
      notice,
    });
    const delivery = new MqttConsumer({
      ...(await consumerOptions(url, config)),
      onStatus: (event) => {
        notice(consumerNotice(event));
        session.happened(event);
      },
    });
    return {
      delivery,
      sessionsLost: () => session.lost,
      addresses: () => ({ broker: shownAddress(url) }),
      connections: undefined,
      kept: () => ({}),
    };
  }
  const { host, port, wsPort, proxyProtocol, allowedOrigins, passwords, packetLimit, subscriptionLimit } =
    config.mqtt;
  const tls = await ServerCertificates.load(config.mqtt, certificateTeller("MQTT", audit, notice));
  const s = tls === undefined ? "" : "s";
  const broker = new EmbeddedBroker({
    tls,
    host,
    port,
    wsPort: wsPort ?? undefined,
    proxyProtocol,
    allowedOrigins,
    logins: passwordLogins(passwords),
    rules,
    limits: { packetBytes: packetLimit, subscriptions: subscriptionLimit },
    ...kept,
    onEvent: (event) => notice(brokerNotice(event)),
    onEveryEvent: (event) => {
      const audited = auditOf(event);
      if (audited !== undefined) audit.record(audited);
    },
  });
  return {
    delivery: broker,
    addresses: () => ({
      mqtt: `mqtt${s}://${authority(host, broker.port)}`,
      ...(broker.wsPort === undefined
        ? {}
        : { webSocket: `ws${s}://${authority(host, broker.wsPort)}/mqtt` }),
    }),
    connections: () => broker.stats().connections,
    sessionChanges: () => broker.sessionChanges(),
    ...(tls === undefined ? {} : { expiries: () => tls.expiries() }),
    kept: () => {
      const { sessions, queuedMessages, retainedMessages, inFlight } = broker.stats();
      return {
        broker_sessions: sessions,
        broker_queued_messages: queuedMessages,
        broker_retained_messages: retainedMessages,
        broker_messages_in_flight: inFlight,
      };
    },
  };
}

/** The users of a password file; undefined where none is named. */
export function passwordLogins(path: string | null): OpenLogins | undefined {
  return path === null ? undefined : (onInvalid) => PasswordFile.load(path, onInvalid);
}

/** How programs of this machine reach a listener: where it listens everywhere, by its own name. */
export function ownAddress(url: string): string {
  return url.replace(/:\/\/(0\.0\.0\.0|\[::\])(?=:|$)/, "://localhost");
}

/** `host:port`, with brackets around an IPv6 address. */
export function authority(host: string, port: number): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]:${port}` : `${host}:${port}`;
}
