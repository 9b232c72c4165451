import type { PublishPacket } from "aedes";
import { heldBytes } from "../../mqtt/held-bytes.ts";

/** What a kept message takes beside its topic, payload and properties, roughly, bytes. */
const OVERHEAD_BYTES = 200;

/** A message that the broker keeps for later, in the form aedes expects it in. */
export interface KeptMessage {
  readonly cmd: "publish";
  readonly brokerId: string;
  /** aedes' number of the message in this process. */
  readonly brokerCounter: number;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly dup: boolean;
  /** The packet identifier under which a client got it, once it did. */
  messageId: number | undefined;
  readonly properties: PublishPacket["properties"];
  /** When it expires (MQTT 5, 3.3.2.3.3), milliseconds since 1970. */
  readonly messageExpiry: number | undefined;
  /** Who published it. */
  readonly clientId: string | undefined;
}

/** A message as aedes passes it around. */
export interface PassingMessage {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly brokerId?: string;
  readonly brokerCounter?: number;
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
  readonly properties?: PublishPacket["properties"];
  readonly messageExpiry?: number;
  readonly clientId?: string;
}

/**
 * A copy to keep. The payload is copied because it is a part of what was read from the network in one go: keeping
 * the part would keep the whole.
 */
export function keep(message: PassingMessage): KeptMessage {
  return {
    cmd: "publish",
    brokerId: message.brokerId ?? "",
    brokerCounter: message.brokerCounter ?? 0,
    topic: message.topic,
    payload: Buffer.from(message.payload),
    qos: message.qos ?? 0,
    retain: message.retain ?? false,
    dup: false,
    messageId: undefined,
    properties: keepProperties(message.properties),
    messageExpiry: message.messageExpiry,
    clientId: message.clientId,
  };
}

function keepProperties(properties: PublishPacket["properties"]): PublishPacket["properties"] {
  const data = properties?.correlationData;
  return data === undefined ? properties : { ...properties, correlationData: Buffer.from(data) };
}

/** What keeping the message takes, bytes. */
export function keptBytes(message: KeptMessage): number {
  return heldBytes(message) + message.topic.length + OVERHEAD_BYTES;
}
