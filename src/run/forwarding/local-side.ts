import type { AuditTrail } from "../../access/audit.ts";
import { EmbeddedBroker } from "../../adapters/broker/embedded-broker.ts";
import type { ConsumerEvent } from "../../adapters/mqtt-packet/consumer-event.ts";
import { MqttConsumer } from "../../adapters/mqtt-packet/mqtt-consumer.ts";
import type { ForwardConsole } from "../../adapters/terminal/forward-console.ts";
import type { Config } from "../../config/config-schema.ts";
import { DELIVERY_POLICY } from "../../contract/policy.ts";
import { UP_ROOT } from "../../contract/topic.ts";
import type { NewestState } from "../../edge/outbox.ts";
import type { ConcheError } from "../../errors/conche-error.ts";
import type { SessionNotes } from "../../log/delivery-session.ts";
import { shownAddress } from "../../mqtt/broker-address.ts";
import type { Delivery } from "../../mqtt/delivery.ts";
import type { Plant } from "../../plant/plant.ts";
import { auditOf } from "../audit/broker-audit.ts";
import { certificateTeller } from "../audit/certificate-audit.ts";
import { brokerNotice, consumerNotice } from "../broker/broker-notices.ts";
import { consumerOptionsOf } from "../broker/consumer-options.ts";
import { authority, passwordLogins } from "../broker/delivery.ts";
import { WatchedPolicy } from "../broker/watched-policy.ts";
import { WatchedSession } from "../broker/watched-session.ts";
import { ServerCertificates } from "../tls/server-certificates.ts";
import type { Names } from "./names.ts";

/** What the machines' side is opened with. */
export interface LocalSideDependencies {
  readonly config: Config;
  /** Reads the plant whose machines may speak at an embedded broker under access rules. */
  readonly readPlant: () => Promise<Plant>;
  readonly audit: AuditTrail;
  readonly names: Names;
  readonly view: ForwardConsole;
  readonly onFatal: (error: ConcheError) => void;
  /** The last states, for an embedded broker to retain. */
  readonly states: readonly NewestState[];
  /** What is kept of sessions at another broker. */
  readonly sessions: SessionNotes;
}

/** What happens to the connection to the machines' broker. */
export interface LocalSideOwner {
  /** That broker has no session of ours: what we had not acknowledged does not come again. */
  readonly sessionEnded: () => void;
  /** It is there again, and may have lost what it had retained. */
  readonly back: () => void;
}

/** The machines' side, not yet started. */
export interface LocalSide {
  readonly delivery: Delivery;
  /** Complete once it has started. */
  readonly addresses: () => { readonly mqtt?: string; readonly webSocket?: string; readonly local?: string };
  /** To be called when it has started. */
  readonly started: () => void;
  /** Times that another broker had lost our session since the start. */
  readonly sessionsLost: () => number;
  /** Ends what watches files for it. */
  readonly close: () => void;
}

/**
 * A consumer of the broker that `--local` names, or an embedded broker.
 * @throws ConcheError CONCHE_BROKER_URL_INVALID, CONCHE_CONFIG_INVALID, CONCHE_ACCESS_…
 */
export async function chooseLocalSide(
  dependencies: LocalSideDependencies,
  owner: LocalSideOwner,
): Promise<LocalSide> {
  const { url } = dependencies.config.local;
  return url === null ? await embedded(dependencies) : consumer(url, dependencies, owner);
}

async function consumer(
  url: string,
  dependencies: LocalSideDependencies,
  owner: LocalSideOwner,
): Promise<LocalSide> {
  const { config, names, view, onFatal, sessions } = dependencies;
  const { local, mqtt } = config;
  const session = new WatchedSession({
    notes: sessions,
    url,
    clientId: names.localClientId,
    toldBy: "conche verify --outbox",
    notice: (notice) => view.notice(notice),
  });
  const told = (event: ConsumerEvent) => {
    const shown = shownAddress(url);
    session.happened(event);
    if (event.kind === "connected" && !event.sessionPresent) owner.sessionEnded();
    if (event.kind === "subscribed") {
      view.link("local", true, `connected to ${shown}`);
      owner.back();
    } else if (event.kind === "lost" || event.kind === "refused" || event.kind === "not-subscribed") {
      const { code, message, hint } = event.error;
      view.link("local", false, `${code}: ${message} (${hint})`);
      if (code === "CONCHE_CLIENT_ID_TAKEN") onFatal(event.error);
    } else {
      const notice = consumerNotice(event);
      if (notice !== undefined) view.notice(notice);
    }
  };
  const place = { url, clientId: names.localClientId, packetLimit: mqtt.packetLimit, prefix: "local-" };
  const delivery = new MqttConsumer({ ...(await consumerOptionsOf(place, local)), onStatus: told });
  return {
    delivery,
    addresses: () => ({ local: shownAddress(url) }),
    started: () => {},
    sessionsLost: () => session.lost,
    close: () => {},
  };
}

async function embedded({
  config,
  readPlant,
  audit,
  view,
  states,
}: LocalSideDependencies): Promise<LocalSide> {
  const { host, port, wsPort, proxyProtocol, allowedOrigins, passwords, packetLimit, subscriptionLimit } =
    config.mqtt;
  const tls = await ServerCertificates.load(
    config.mqtt,
    certificateTeller("MQTT", audit, (notice) => view.notice(notice)),
  );
  const policy = await WatchedPolicy.open({
    ...{ config, readPlant, audit },
    notice: (notice) => view.notice(notice),
  });
  const s = tls === undefined ? "" : "s";
  const delivery = new EmbeddedBroker({
    tls,
    host,
    port,
    wsPort: wsPort ?? undefined,
    proxyProtocol,
    allowedOrigins,
    logins: passwordLogins(passwords),
    rules: policy?.rules,
    limits: { packetBytes: packetLimit, subscriptions: subscriptionLimit },
    retained: states.map(({ machine, payload }) => ({
      topic: `${UP_ROOT}/${machine}/state`,
      payload: Buffer.from(payload),
      qos: DELIVERY_POLICY.state.qos,
      propertiesJson: null,
      expiresAt: null,
    })),
    onEvent: (event) => {
      const notice = brokerNotice(event);
      if (notice !== undefined) view.notice(notice);
    },
    onEveryEvent: (event) => {
      const audited = auditOf(event);
      if (audited !== undefined) audit.record(audited);
    },
  });
  const addresses = () => ({
    mqtt: `mqtt${s}://${authority(host, delivery.port)}`,
    ...(delivery.wsPort === undefined
      ? {}
      : { webSocket: `ws${s}://${authority(host, delivery.wsPort)}/mqtt` }),
  });
  return {
    delivery,
    addresses,
    started: () => view.link("local", true, delivery.status().detail),
    sessionsLost: () => 0,
    close: () => policy?.stop(),
  };
}
