import type { PublishPacket } from "aedes";
import { VERDICT_PROPERTY } from "../../contract/identity.ts";
import type { DeliveredMessage, DeliveredProperties, DeliveredTransfer } from "../../mqtt/delivery.ts";
import { countedBytes } from "../../mqtt/held-bytes.ts";
import type { ClientLink } from "./client-link.ts";

/** A PUBLISH as the parser read it: with properties, or in any other way not plain. */
export type ReadPacket = PublishPacket & { readonly messageId?: number | undefined };

/**
 * A message from its PUBLISH to its acknowledgement. One object is all that waits per message: it goes to the sink,
 * comes back with the answer, and knows whom to acknowledge.
 */
export class BrokerMessage implements DeliveredMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** 0 where there is none to acknowledge. */
  readonly messageId: number;
  readonly link: ClientLink;
  /** Undefined for a plain one. */
  readonly packet: ReadPacket | undefined;
  #held = 0;

  constructor(
    link: ClientLink,
    topic: string,
    payload: Buffer,
    qos: 0 | 1,
    retain: boolean,
    messageId: number,
    packet: ReadPacket | undefined,
  ) {
    this.link = link;
    this.topic = topic;
    this.payload = payload;
    this.qos = qos;
    this.retain = retain;
    this.messageId = messageId;
    this.packet = packet;
  }

  /** A publisher's flag reaches us as it was set. */
  get retainVisible(): boolean {
    return true;
  }

  get mayBeReplay(): boolean {
    return false;
  }

  get properties(): DeliveredProperties | undefined {
    const properties = this.packet?.properties;
    // Made anew: kept, it would outlive the young heap with its message, which costs more.
    return properties === undefined ? undefined : deliveredProperties(properties);
  }

  /** Broker and sink count it when it comes and when it goes: four times. */
  get held(): number {
    if (this.#held === 0) this.#held = countedBytes(this);
    return this.#held;
  }

  /** One that can't be told isn't worth finding out for. */
  get wantsVerdict(): boolean {
    if (this.packet?.properties?.userProperties?.[VERDICT_PROPERTY] === undefined) return false;
    return this.qos === 1 && this.link.protocolVersion === 5 && this.link.wantsReasons;
  }

  get transfer(): DeliveredTransfer | undefined {
    if (this.qos === 0) return undefined;
    const { clientId } = this.link;
    return { sender: clientId, packetId: this.messageId, repeated: this.packet?.dup === true };
  }

  /** As its subscribers get it. */
  toForward(): PublishPacket {
    if (this.packet !== undefined) {
      // Whether the publisher sent it again is between it and the broker (MQTT 5, 3.3.1.1).
      this.packet.dup = false;
      return this.packet;
    }
    const { topic, payload, qos, retain } = this;
    return { cmd: "publish", topic, payload, qos, retain, dup: false };
  }
}

/** The properties that are kept with a message. */
export function deliveredProperties(
  properties: NonNullable<PublishPacket["properties"]>,
): DeliveredProperties {
  return {
    contentType: properties.contentType,
    payloadFormatIndicator: properties.payloadFormatIndicator,
    userProperties: properties.userProperties,
    messageExpiryInterval: properties.messageExpiryInterval,
    responseTopic: properties.responseTopic,
    correlationData: properties.correlationData,
  };
}
