import { REASON } from "../reason-codes.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

const SHOWN_BYTES = 64;
/** What decoding makes of bytes that aren't UTF-8; well-formed text may have it too. */
const REPLACEMENT = "\ufffd";

/**
 * Reads MQTT's field forms (MQTT 5, 1.5) from a stretch of bytes, never beyond its end. All of its methods throw a
 * ProtocolViolation where the bytes aren't what they should be.
 */
export class FieldReader {
  bytes: Buffer;
  at: number;
  end: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Reads another stretch from now on. */
  reset(bytes: Buffer, start: number, end: number): this {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    return this;
  }

  byte(): number {
    return this.bytes[this.take(1)] ?? 0;
  }

  int16(): number {
    const at = this.take(2);
    return ((this.bytes[at] ?? 0) << 8) | (this.bytes[at + 1] ?? 0);
  }

  int32(): number {
    return this.bytes.readUInt32BE(this.take(4));
  }

  /** MQTT 5, 1.5.5: at most four bytes, and no more than needed [MQTT-1.5.5-1]. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (byte === 0 && shift > 0) throw malformed("a variable byte integer with a byte too many");
      return value;
    }
    throw malformed("a variable byte integer of over 4 bytes");
  }

  /** UTF-8 as it may be [MQTT-1.5.4-1], without NUL [MQTT-1.5.4-2]; U+FEFF stays what it is [MQTT-1.5.4-3]. */
  text(): string {
    const text = this.textOrNul();
    if (text.includes("\0")) throw malformed("a text has a NUL character");
    return text;
  }

  /** The same for whoever has an answer of their own to a NUL. */
  textOrNul(): string {
    const length = this.int16();
    const at = this.take(length);
    return utf8(this.bytes, at, at + length);
  }

  /** As it is, with replacement characters where it isn't UTF-8: for what is taken all the same. */
  lenientText(): string {
    const length = this.int16();
    const at = this.take(length);
    return this.bytes.toString("utf8", at, at + length);
  }

  binary(): Buffer {
    const length = this.int16();
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** Steps over a text, having checked it: where it is plain ASCII, without making a string of it. */
  skipText(): void {
    const length = this.int16();
    const at = this.take(length);
    const { bytes } = this;
    for (let index = at; index < at + length; index++) {
      const byte = bytes[index] ?? 0;
      if (byte < 0x80 && byte !== 0) continue;
      if (utf8(bytes, at, at + length).includes("\0")) throw malformed("a text has a NUL character");
      return;
    }
  }

  /** Where the next `length` bytes begin; goes on behind them. */
  take(length: number): number {
    const { at } = this;
    if (at + length > this.end) throw malformed("lengths inside the packet contradict one another");
    this.at = at + length;
    return at;
  }
}

/** A violation that ends the connection with reason code 0x81 (MQTT 5, 4.13). */
export function malformed(detail: string): ProtocolViolation {
  return new ProtocolViolation(REASON.MALFORMED_PACKET, detail);
}

/** A violation that ends the connection with reason code 0x82 (MQTT 5, 4.13). */
export function protocolError(detail: string): ProtocolViolation {
  return new ProtocolViolation(REASON.PROTOCOL_ERROR, detail);
}

function utf8(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString("utf8", start, end);
  if (!text.includes(REPLACEMENT)) return text;
  const given = bytes.subarray(start, end);
  if (!Buffer.from(text).equals(given)) throw malformed(`a text is not UTF-8: ${shownBytes(given)}`);
  return text;
}

/** Bytes for people: ASCII as it is, the rest in hexadecimal. */
function shownBytes(bytes: Buffer): string {
  const shown = Array.from(bytes.subarray(0, SHOWN_BYTES), (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
  );
  return `${shown.join("")}${bytes.length > SHOWN_BYTES ? "…" : ""}`;
}
