import type { IClientSubscribeOptions, IConnackPacket, IStore, Packet } from "mqtt";
import type {
  BrokerLink,
  LinkLimits,
  LinkMessage,
  LinkOwner,
  LinkRequest,
  OpenLink,
  PublishAnswer,
} from "../../edge/broker-link.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { unreachable } from "../../mqtt/broker-failure.ts";
import { travellingProperties } from "../../mqtt/delivery.ts";
import { FIRST_FAILURE, REASON, reasonText } from "../../mqtt/reason-codes.ts";
import { type BrokerOptions, brokerOptions } from "./broker-options.ts";
import { linkPayload, linkPublishOptions, packetBytes } from "./link-packet.ts";
import { type EdgeLinkOptions, MACHINE_CLIENT_DEFAULTS } from "./machine-client-options.ts";
import { MqttJsClient, type Puback } from "./mqtt-js-client.ts";
import { NoStore } from "./no-store.ts";

type PacketOf<Command extends Packet["cmd"]> = Extract<Packet, { cmd: Command }>;

/** Edges speak MQTT 5: only there does a broker say that it refused a message, or that nobody hears it. */
const PROTOCOL = 5;
/** The largest packet taken from the broker: receipts and commands are far smaller. */
const LARGEST_PACKET_BYTES = 1024 * 1024;
/** How long the broker has to hang up after DISCONNECT, milliseconds. */
const CLOSE_WITHIN_MS = 2_000;
const RECEIPTS_AND_COMMANDS: IClientSubscribeOptions = { qos: 1, nl: false, rap: true, rh: 0 };

/**
 * Makes the connections of an edge. What can be wrong with the options is found here and not at the first attempt.
 * @throws ConcheError CONCHE_BROKER_URL_INVALID, CONCHE_CONFIG_INVALID
 */
export function edgeLinks(options: EdgeLinkOptions): OpenLink {
  brokerOptions({ ...options, clientId: "", protocol: PROTOCOL });
  return (request, owner) => new EdgeLink(options, request, owner);
}

/** A connection of an edge: without store and queue, which the outbox is. */
class EdgeLink implements BrokerLink {
  readonly #broker: BrokerOptions;
  readonly #client: MqttJsClient;
  readonly #owner: LinkOwner;
  readonly #unanswered = new Map<number, (answer: PublishAnswer) => void>();
  readonly #subscribeTimeoutMs: number;
  #limits: LinkLimits & { readonly retain: boolean } = NO_LIMITS;
  #subscribeTimer: NodeJS.Timeout | undefined;

  constructor(
    options: EdgeLinkOptions,
    { clientId, credentials, will, filters }: LinkRequest,
    owner: LinkOwner,
  ) {
    const schema = will?.userProperties?.schema;
    const machineWill = will && {
      ...will,
      payload: Buffer.from(will.payload).toString(),
      ...(typeof schema === "string" ? { schema } : {}),
    };
    this.#broker = brokerOptions({
      ...options,
      ...options.tls?.(),
      ...given(credentials),
      ...credentials.tls?.(),
      tls: undefined,
      clientId,
      protocol: PROTOCOL,
      will: machineWill,
    });
    this.#owner = owner;
    this.#subscribeTimeoutMs = options.connectTimeoutMs ?? MACHINE_CLIENT_DEFAULTS.connectTimeoutMs;
    const more = {
      queueQoSZero: false,
      // What it would say to `debug` costs a tenth of its time even where nobody listens.
      log: () => {},
      outgoingStore: new NoStore() as unknown as IStore,
      properties: { maximumPacketSize: LARGEST_PACKET_BYTES },
    };
    this.#client = new MqttJsClient(this.#broker, more, {
      connected: (packet) => this.#connected(packet, filters),
      acknowledged: (packet) => this.#acknowledged(packet),
      down: (error) => this.#down(error),
    });
    this.#client.js.on("message", (topic, payload, { retain, properties }) => {
      if (this.#client.over) return;
      const { userProperties } = properties ?? {};
      this.#owner.received(topic, payload, {
        retain,
        userProperties,
        properties: travellingProperties(properties),
      });
    });
  }

  publish(message: LinkMessage, answered: (answer: PublishAnswer) => void): boolean {
    const { topic, payload, qos } = message;
    const { js } = this.#client;
    if (this.#client.over || js.stream.writableNeedDrain) return false;
    const { maximumPacketBytes } = this.#limits;
    if (maximumPacketBytes !== Number.POSITIVE_INFINITY && packetBytes(message) > maximumPacketBytes) {
      const error = this.#refusal(topic, `it has more than the ${maximumPacketBytes} bytes it takes`);
      queueMicrotask(() => answered({ kind: "refused", error }));
      return true;
    }
    // A broker that can't retain would drop the connection over it; the message matters more than the flag.
    const retain = message.retain && this.#limits.retain;
    js.publish(topic, linkPayload(payload), linkPublishOptions(message, retain));
    if (qos > 0) this.#unanswered.set(js.getLastMessageId(), answered);
    return true;
  }

  subscribe(filters: readonly string[]): void {
    this.#subscribe(filters, () => {});
  }

  async close(): Promise<void> {
    if (this.#client.over) return;
    clearTimeout(this.#subscribeTimer);
    // MQTT.js would wait for these answers before it disconnects; the outbox knows what has none.
    for (const packetId of this.#unanswered.keys()) this.#client.js.removeOutgoingMessage(packetId);
    await this.#client.leave(CLOSE_WITHIN_MS);
  }

  #connected({ properties = {} }: IConnackPacket, filters: readonly string[]): void {
    if (properties.maximumQoS === 0) {
      this.#client.end(qosRefused(this.#broker.address.display));
      return;
    }
    this.#client.js.stream.on("drain", () => {
      if (!this.#client.over) this.#owner.relieved();
    });
    this.#limits = {
      receiveMaximum: properties.receiveMaximum ?? 65_535,
      maximumPacketBytes: properties.maximumPacketSize ?? Number.POSITIVE_INFINITY,
      retain: properties.retainAvailable ?? true,
    };
    if (filters.length === 0) this.#owner.up(this.#limits);
    else this.#subscribe(filters, () => this.#owner.up(this.#limits));
  }

  #subscribe(filters: readonly string[], answered: () => void): void {
    if (this.#client.over) return;
    const timer = setTimeout(() => {
      this.#client.end(unreachable(this.#broker.address.display, "no answer to the subscription"));
    }, this.#subscribeTimeoutMs);
    this.#subscribeTimer = timer;
    this.#client.js.subscribe([...filters], RECEIPTS_AND_COMMANDS, (_error, _subscriptions, packet) => {
      clearTimeout(timer);
      // Without SUBACK the connection has ended, and says so itself.
      if (this.#client.over || packet?.cmd !== "suback") return;
      const refused = refusedFilters(filters, packet);
      if (refused.length > 0)
        this.#owner.unsubscribed(subscriptionRefused(this.#broker.address.display, refused));
      answered();
    });
  }

  #acknowledged({ messageId = 0, reasonCode = 0, properties }: Puback): void {
    const answered = this.#unanswered.get(messageId);
    this.#unanswered.delete(messageId);
    if (answered === undefined) return;
    if (reasonCode >= FIRST_FAILURE) {
      const why = reasonText(reasonCode, properties?.reasonString);
      answered({ kind: "refused", error: this.#refusal("the message", why) });
    } else answered({ kind: reasonCode === REASON.NO_MATCHING_SUBSCRIBERS ? "no-subscriber" : "taken" });
  }

  #refusal(what: string, why: string): ConcheError {
    return new ConcheError("CONCHE_BROKER_REFUSED", {
      message: `${this.#broker.address.display} does not take ${what}: ${why}`,
      hint: "check the broker's access rules and limits for this machine",
    });
  }

  #down(error: ConcheError): void {
    clearTimeout(this.#subscribeTimer);
    this.#unanswered.clear();
    this.#owner.down(error);
  }
}

const NO_LIMITS = { receiveMaximum: 1, maximumPacketBytes: Number.POSITIVE_INFINITY, retain: true };

/** Without what is there but undefined: it must not hide what holds for all connections. */
function given<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
}

function refusedFilters(filters: readonly string[], packet: PacketOf<"suback">): string[] {
  return filters.filter((_, index) => Number(packet.granted[index] ?? FIRST_FAILURE) >= FIRST_FAILURE);
}

function subscriptionRefused(display: string, filters: readonly string[]): ConcheError {
  return new ConcheError("CONCHE_BROKER_REFUSED", {
    message: `${display} does not let this client hear ${filters.join(", ")}`,
    hint: "allow each machine to subscribe to its own datacenter/… topics; without receipts nothing is forgotten",
  });
}

function qosRefused(display: string): ConcheError {
  return new ConcheError("CONCHE_QOS_DOWNGRADED", {
    message: `${display} takes no QoS 1 messages`,
    hint: "allow QoS 1 on the broker",
    retryable: true,
  });
}
