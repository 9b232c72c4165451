import type { PublishPacket } from "aedes";

const STRING_OVERHEAD = 3;
const NUMBER_BYTES = 5;
/** Fixed header, topic length, packet identifier, length of the properties: at most. */
const FIXED_BYTES = 5 + 2 + 2 + 4;

/** How long the PUBLISH will be on the wire, at most, bytes. */
export function publishBytes(packet: Pick<PublishPacket, "topic" | "payload" | "properties">): number {
  let bytes = FIXED_BYTES + Buffer.byteLength(packet.topic) + packet.payload.length;
  for (const [name, value] of Object.entries(packet.properties ?? {})) {
    bytes += name === "userProperties" ? userPropertyBytes(value) : valueBytes(value);
  }
  return bytes;
}

function userPropertyBytes(properties: unknown): number {
  let bytes = 0;
  for (const [name, values] of Object.entries(properties ?? {})) {
    for (const value of [values].flat()) {
      bytes += 2 * STRING_OVERHEAD + Buffer.byteLength(name) + Buffer.byteLength(String(value));
    }
  }
  return bytes;
}

function valueBytes(value: unknown): number {
  if (typeof value === "string") return STRING_OVERHEAD + Buffer.byteLength(value);
  return value instanceof Uint8Array ? STRING_OVERHEAD + value.length : NUMBER_BYTES;
}
