import type { Publisher } from "../../../contract/identity.ts";
import type { MessageType } from "../../../contract/topic.ts";
import {
  MESSAGE_OVERHEAD_BYTES,
  type NewMessage,
  type OutboxMessage,
  type RawProperties,
} from "../../../edge/outbox.ts";

/** A message as its row has it: what travels beside the payload is text. */
export interface OutboxEntry {
  readonly seq: number;
  readonly type: MessageType;
  readonly durable: boolean;
  readonly payload: string | Uint8Array;
  /** JSON of {@link RawProperties}. */
  readonly raw: string | undefined;
}

/** An entry on its way into the outbox. */
export interface NewEntry extends OutboxEntry {
  readonly publisher: Publisher;
  /** As in {@link NewMessage}. */
  readonly forwarded: boolean;
}

/** A message as it is written. */
export function entryOf({ raw, forwarded, ...message }: NewMessage): NewEntry {
  const beside = raw === undefined ? undefined : JSON.stringify(raw);
  return { ...message, raw: beside, forwarded: forwarded === true };
}

/** A message as it is read. */
export function messageOf({ raw, ...message }: OutboxEntry): OutboxMessage {
  return raw === undefined ? message : { ...message, raw: JSON.parse(raw) as RawProperties };
}

/** What an entry counts for, as `storedBytes` counts the message. */
export function entryBytes({ payload, raw }: OutboxEntry): number {
  const body = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
  return body + (raw === undefined ? 0 : Buffer.byteLength(raw)) + MESSAGE_OVERHEAD_BYTES;
}
