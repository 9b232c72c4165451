import type { UserProperties } from "../contract/identity.ts";

/** A message with whatever of it takes room, as far as its holder has it. */
export interface HeldMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly properties?:
    | {
        readonly contentType?: string | undefined;
        readonly responseTopic?: string | undefined;
        readonly correlationData?: Uint8Array | undefined;
        readonly userProperties?: UserProperties | undefined;
      }
    | undefined;
  /** What {@link heldBytes} has found before, where its holder keeps that. */
  readonly held?: number | undefined;
}

/** A user property beside its text: two strings and their places; one of six bytes on the wire takes this much. */
const USER_PROPERTY_BYTES = 80;

/**
 * What a message holds in memory while it waits or is kept, bytes: payload, topic and properties. A publisher may put
 * into a property what it likes, so a limit that counts payloads alone is none.
 */
export function heldBytes(message: HeldMessage): number {
  return message.held ?? countedBytes(message);
}

/** As {@link heldBytes}, counted now. */
export function countedBytes({ topic, payload, properties }: HeldMessage): number {
  const bytes = payload.length + topic.length;
  return properties === undefined ? bytes : bytes + propertyBytes(properties);
}

function propertyBytes(properties: NonNullable<HeldMessage["properties"]>): number {
  const { contentType, responseTopic, correlationData, userProperties } = properties;
  let bytes = (contentType?.length ?? 0) + (responseTopic?.length ?? 0) + (correlationData?.length ?? 0);
  for (const name in userProperties) {
    const values = userProperties[name];
    if (typeof values === "string") bytes += USER_PROPERTY_BYTES + name.length + values.length;
    else for (const value of values ?? []) bytes += USER_PROPERTY_BYTES + name.length + value.length;
  }
  return bytes;
}
