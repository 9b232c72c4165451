import type { SQLOutputValue } from "node:sqlite";
import type { MessageType } from "../../contract/topic.ts";
import { type NewMessage, type RawProperties, type StoredMessage, storedBytes } from "../../edge/outbox.ts";

/** A row of either table, as it is written. */
export interface OutboxRow {
  readonly publisher: number;
  readonly seq: number;
  readonly batch: number;
  readonly type: string;
  readonly bytes: number;
  readonly payload: string | Uint8Array;
  readonly raw: string | null;
}

/** A message as it is written. */
export function rowOf({ seq, type, payload, raw }: NewMessage, publisher: number, batch: number): OutboxRow {
  const bytes = storedBytes(payload, raw);
  return { publisher, seq, batch, type, bytes, payload, raw: raw === undefined ? null : JSON.stringify(raw) };
}

/** A message as it is read. */
export function storedMessage({
  seq,
  type,
  durable,
  payload,
  raw,
}: Record<string, SQLOutputValue>): StoredMessage {
  const message = {
    seq: Number(seq),
    type: type as MessageType, // written by rowOf
    durable: durable === 1,
    payload: payload as string | Uint8Array, // text or blob, nothing else is written
  };
  return typeof raw === "string" ? { ...message, raw: JSON.parse(raw) as RawProperties } : message;
}
