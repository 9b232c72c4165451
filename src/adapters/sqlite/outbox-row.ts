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
  /** When it was handed over, milliseconds since 1970. */
  readonly at: number;
}

/** A message as it is written. */
export function rowOf(
  { seq, type, payload, raw }: NewMessage,
  publisher: number,
  batch: number,
  at: number,
): OutboxRow {
  const bytes = storedBytes(payload, raw);
  const beside = raw === undefined ? null : JSON.stringify(raw);
  return { publisher, seq, batch, type, bytes, payload, raw: beside, at };
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
