import type { Publisher } from "../../../contract/identity.ts";
import { MESSAGE_TYPES, type MessageType } from "../../../contract/topic.ts";
import type { NewEntry, OutboxEntry } from "./outbox-entry.ts";

/**
 * Entries on their way from one thread to another: all their bytes in one buffer, which is handed over and not copied.
 * Sent as objects, each payload would be a buffer of its own on the other side: at 5,000 messages a second some 20 MB
 * that wait for the garbage collector, and a fifth of the time that a message takes.
 */
export interface PackedEntries {
  /** Those who have said them, where that isn't known to the other side. */
  readonly publishers: readonly Publisher[];
  /** For each entry {@link FIELDS} numbers. */
  readonly fields: Float64Array<ArrayBuffer>;
  /** Payload and what travels beside it, entry by entry. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Index of the publisher, number, index of the type, flags, bytes of the payload, bytes beside it. */
const FIELDS = 6;
const DURABLE = 1;
const TEXT = 2;
const BESIDE = 4;
const FORWARDED = 8;
const FLAGS_AT = 3;

/** Packs what is to be written. */
export function packNew(entries: readonly NewEntry[]): PackedEntries {
  const publishers: Publisher[] = [];
  const indexes = new Map<string, number>();
  const packed = pack(entries);
  for (const [at, { publisher, forwarded }] of entries.entries()) {
    const key = `${publisher.machine} ${publisher.boot}`;
    let index = indexes.get(key);
    if (index === undefined) {
      index = publishers.push(publisher) - 1;
      indexes.set(key, index);
    }
    packed.fields[at * FIELDS] = index;
    if (forwarded)
      packed.fields[at * FIELDS + FLAGS_AT] = (packed.fields[at * FIELDS + FLAGS_AT] ?? 0) | FORWARDED;
  }
  return { ...packed, publishers };
}

/** Packs what was read of one publisher. */
export function pack(entries: readonly OutboxEntry[]): PackedEntries {
  const fields = new Float64Array(entries.length * FIELDS);
  let size = 0;
  for (const [index, { seq, type, durable, payload, raw }] of entries.entries()) {
    const body = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
    const beside = raw === undefined ? 0 : Buffer.byteLength(raw);
    const text = typeof payload === "string" ? TEXT : 0;
    const flags = (durable ? DURABLE : 0) | text | (raw === undefined ? 0 : BESIDE);
    fields.set([0, seq, MESSAGE_TYPES.indexOf(type), flags, body, beside], index * FIELDS);
    size += body + beside;
  }
  // Never empty: SQLite takes an empty blob without an address for NULL.
  const bytes = Buffer.from(new ArrayBuffer(Math.max(1, size)));
  let at = 0;
  for (const { payload, raw } of entries) {
    at += typeof payload === "string" ? bytes.write(payload, at) : put(bytes, payload, at);
    if (raw !== undefined) at += bytes.write(raw, at);
  }
  return { publishers: [], fields, bytes };
}

/** What `pack` was given; payloads are views of the one buffer. */
export function unpack({ fields, bytes }: PackedEntries): OutboxEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: OutboxEntry[] = [];
  let at = 0;
  for (let index = 0; index < fields.length; index += FIELDS) {
    const [, seq = 0, type = 0, flags = 0, body = 0, beside = 0] = fields.subarray(index, index + FIELDS);
    const payload = flags & TEXT ? buffer.toString("utf8", at, at + body) : bytes.subarray(at, at + body);
    at += body;
    const raw = flags & BESIDE ? buffer.toString("utf8", at, at + beside) : undefined;
    at += beside;
    // Written by `pack` from a type of the list.
    entries.push({
      seq,
      type: MESSAGE_TYPES[type] as MessageType,
      durable: (flags & DURABLE) > 0,
      payload,
      raw,
    });
  }
  return entries;
}

/** What `packNew` was given. */
export function unpackNew(packed: PackedEntries): NewEntry[] {
  const { publishers, fields } = packed;
  return unpack(packed).map((entry, at) => {
    // Written by `packNew`: an index of the list.
    const publisher = publishers[fields[at * FIELDS] ?? 0] as Publisher;
    return { ...entry, publisher, forwarded: ((fields[at * FIELDS + FLAGS_AT] ?? 0) & FORWARDED) > 0 };
  });
}

/** What goes over to the other thread instead of being copied. */
export function transferred({ fields, bytes }: PackedEntries): ArrayBuffer[] {
  return [fields.buffer, bytes.buffer];
}

function put(bytes: Buffer, payload: Uint8Array, at: number): number {
  bytes.set(payload, at);
  return payload.length;
}
