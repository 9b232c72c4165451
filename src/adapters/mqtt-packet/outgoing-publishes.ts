import { CONTENT_TYPE } from "../../contract/identity.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { OutgoingMessage } from "../../mqtt/delivery.ts";
import { FIRST_FAILURE, REASON, reasonText } from "../../mqtt/reason-codes.ts";
import type { PubackPacket } from "../../mqtt/wire/answer-reader.ts";
import { writtenProperties } from "../../mqtt/wire/message-properties.ts";
import { PacketOutput } from "../../mqtt/wire/packet-output.ts";
import { type OutgoingPublish, publishLength, writePublish } from "../../mqtt/wire/publish-writer.ts";
import type { Cancel } from "../../time/clock.ts";
import type { ConsumerStats } from "./consumer-event.ts";
import type { ConnackLimits } from "./handshake.ts";
import type { ConsumerSettings } from "./options.ts";

/** The packet identifier of SUBSCRIBE; publishes use the ones above it. */
export const SUBSCRIBE_PACKET_ID = 1;
const FIRST_PACKET_ID = 2;
const LAST_PACKET_ID = 65_535;
/** Publishes sent ahead of the broker's acknowledgements: plenty for a round trip, little for a broker to hold. */
const WINDOW = 256;

/** What the outgoing publishes of a connection are made of. */
export interface OutgoingPublishesDependencies {
  readonly settings: ConsumerSettings;
  readonly limits: ConnackLimits;
  readonly stats: ConsumerStats;
  readonly write: (bytes: Buffer) => void;
}

interface Publish {
  readonly message: OutgoingMessage;
  readonly resolve: () => void;
  readonly reject: (error: ConcheError) => void;
  cancelTimeout: Cancel;
  /** Its promise is settled; only the broker's acknowledgement may still be due. */
  over: boolean;
}

/**
 * The QoS 1 messages that one connection sends: a window in flight, a bounded queue behind it. Ends with its
 * connection: what isn't acknowledged by then is the caller's to send again.
 */
export class OutgoingPublishes {
  readonly #settings: ConsumerSettings;
  readonly #limits: ConnackLimits;
  readonly #stats: ConsumerStats;
  readonly #write: (bytes: Buffer) => void;
  readonly #inFlight = new Map<number, Publish>();
  readonly #window: number;
  #waiting: Publish[] = [];
  #lastPacketId = LAST_PACKET_ID;

  constructor(dependencies: OutgoingPublishesDependencies) {
    this.#settings = dependencies.settings;
    this.#limits = dependencies.limits;
    this.#stats = dependencies.stats;
    this.#write = dependencies.write;
    this.#window = Math.min(WINDOW, dependencies.limits.receiveMaximum);
  }

  /** Resolves when the broker has acknowledged the message; rejects when it refused it or did not answer in time. */
  async send(message: OutgoingMessage, timeoutMs: number): Promise<void> {
    this.#checkAllowed(message);
    await new Promise<void>((resolve, reject) => {
      const publish: Publish = { message, resolve, reject, cancelTimeout: () => {}, over: false };
      publish.cancelTimeout = this.#settings.clock.after(timeoutMs, () => {
        this.#end(publish, unanswered(message, this.#settings, timeoutMs));
      });
      this.#waiting.push(publish);
      this.#fillWindow();
    });
  }

  /** The broker's PUBACK. */
  acknowledged({ packetId, reasonCode, reasonString }: PubackPacket): void {
    const publish = this.#inFlight.get(packetId);
    if (publish === undefined) return;
    this.#inFlight.delete(packetId);
    if (reasonCode >= FIRST_FAILURE) {
      this.#end(publish, refused(publish.message, this.#settings, reasonText(reasonCode, reasonString)));
    } else {
      if (reasonCode === REASON.NO_MATCHING_SUBSCRIBERS && !publish.over) this.#stats.publishedToNobody++;
      this.#end(publish, undefined);
    }
    this.#fillWindow();
  }

  /** Gives everything unanswered until then this much time. */
  limitTo(timeoutMs: number): void {
    for (const publish of [...this.#inFlight.values(), ...this.#waiting]) {
      publish.cancelTimeout();
      if (publish.over) continue;
      publish.cancelTimeout = this.#settings.clock.after(timeoutMs, () => {
        this.#end(publish, unanswered(publish.message, this.#settings, timeoutMs));
      });
    }
  }

  /** The connection is gone. */
  fail(error: ConcheError): void {
    const unanswered = [...this.#inFlight.values(), ...this.#waiting];
    this.#inFlight.clear();
    this.#waiting = [];
    for (const publish of unanswered) this.#end(publish, error);
  }

  #end(publish: Publish, error: ConcheError | undefined): void {
    if (publish.over) return;
    publish.over = true;
    publish.cancelTimeout();
    if (error === undefined) publish.resolve();
    else publish.reject(error);
  }

  #fillWindow(): void {
    let taken = 0;
    const output = new PacketOutput();
    while (this.#inFlight.size < this.#window) {
      const publish = this.#waiting[taken];
      if (publish === undefined) break;
      taken++;
      if (publish.over) continue;
      const packetId = this.#freePacketId();
      const packet = this.#packet(publish.message, packetId);
      if (publishLength(packet) > this.#limits.maximumPacketBytes) {
        this.#end(publish, refused(publish.message, this.#settings, "larger than the broker takes"));
        continue;
      }
      this.#inFlight.set(packetId, publish);
      writePublish(output, packet);
    }
    if (taken > 0) this.#waiting = this.#waiting.slice(taken);
    if (output.length > 0) this.#write(Buffer.concat(output.take()));
  }

  #freePacketId(): number {
    // The window is far smaller than the identifiers there are, so a free one is near.
    do {
      this.#lastPacketId = this.#lastPacketId === LAST_PACKET_ID ? FIRST_PACKET_ID : this.#lastPacketId + 1;
    } while (this.#inFlight.has(this.#lastPacketId));
    return this.#lastPacketId;
  }

  #packet(message: OutgoingMessage, packetId: number): OutgoingPublish {
    const { topic, payload, userProperties, properties } = message;
    const version = this.#settings.protocol;
    const five = version === 5;
    return {
      version,
      qos: 1,
      dup: false,
      // A broker that can't retain drops the connection over it; a receipt still reaches those who listen now.
      retain: message.retain && this.#limits.retainAvailable,
      packetId,
      topic: Buffer.from(topic),
      topicAlias: 0,
      payload: Buffer.from(payload),
      properties: five
        ? writtenProperties({ contentType: CONTENT_TYPE, ...properties }, userProperties)
        : undefined,
      expirySeconds: five ? properties?.messageExpiryInterval : undefined,
      subscriptionIdentifiers: [],
    };
  }

  #checkAllowed(message: OutgoingMessage): void {
    if (this.#limits.maximumQos < 1) {
      throw new ConcheError("CONCHE_QOS_DOWNGRADED", {
        message: `${this.#settings.address.display} takes no QoS 1 message, so ${message.topic} was not sent`,
      });
    }
    if (this.#inFlight.size + this.#waiting.length >= this.#settings.maxPublishes) {
      throw new ConcheError("CONCHE_PUBLISH_LIMIT", {
        message: `${this.#settings.maxPublishes} messages wait for ${this.#settings.address.display}`,
        retryable: true,
      });
    }
  }
}

function refused(message: OutgoingMessage, settings: ConsumerSettings, why: string): ConcheError {
  return new ConcheError("CONCHE_BROKER_REFUSED", {
    message: `${settings.address.display} refused the message to ${message.topic}: ${why}`,
    hint: "allow the data center to publish to datacenter/# on the broker",
  });
}

function unanswered(message: OutgoingMessage, settings: ConsumerSettings, timeoutMs: number): ConcheError {
  return new ConcheError("CONCHE_BROKER_UNREACHABLE", {
    message: `${settings.address.display} did not acknowledge the message to ${message.topic} within ${timeoutMs} ms`,
    retryable: true,
  });
}
