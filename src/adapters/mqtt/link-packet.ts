import type { IClientPublishOptions } from "mqtt";
import type { LinkMessage } from "../../edge/broker-link.ts";
import { travellingProperties } from "../../mqtt/delivery.ts";

/** Fixed header, packet identifier, lengths and the properties' own bytes, generously. */
const PACKET_OVERHEAD_BYTES = 32;
const PROPERTY_OVERHEAD_BYTES = 5;

/** At least as many bytes as the PUBLISH packet will have. */
export function packetBytes(message: LinkMessage): number {
  const { topic, payload, contentType = "", userProperties = {}, properties = {} } = message;
  const { responseTopic = "", correlationData = [] } = properties;
  let bytes = Buffer.byteLength(responseTopic) + correlationData.length + 4 * PROPERTY_OVERHEAD_BYTES;
  bytes += PACKET_OVERHEAD_BYTES + Buffer.byteLength(topic) + Buffer.byteLength(contentType);
  for (const [name, value] of Object.entries(userProperties)) {
    for (const text of [value].flat()) {
      bytes += PROPERTY_OVERHEAD_BYTES + Buffer.byteLength(name) + Buffer.byteLength(text);
    }
  }
  return bytes + (typeof payload === "string" ? Buffer.byteLength(payload) : payload.length);
}

/** How MQTT.js is told to publish the message. */
export function linkPublishOptions(
  { qos, contentType, userProperties, properties: travelling }: LinkMessage,
  retain: boolean,
): IClientPublishOptions {
  const properties = {
    ...sendable(travelling),
    ...(contentType === undefined ? {} : { contentType }),
    ...(userProperties === undefined ? {} : { userProperties: mutable(userProperties) }),
  };
  return { qos, retain, properties };
}

/** As MQTT.js takes them: nothing that is there but undefined. */
function sendable(given: LinkMessage["properties"]): NonNullable<IClientPublishOptions["properties"]> {
  const { correlationData, ...properties } = travellingProperties(given) ?? {};
  const present = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
  return {
    ...present,
    ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }),
  };
}

/** The bytes as MQTT.js takes them, without a copy. */
export function linkPayload(payload: string | Uint8Array): string | Buffer {
  if (typeof payload === "string") return payload;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}

function mutable(properties: NonNullable<LinkMessage["userProperties"]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
}
