import { REASON } from "../reason-codes.ts";
import { malformed } from "./field-reader.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

/**
 * Who takes the packets: fixed header from `start`, variable header from `bodyStart`, all of it up to `end`; `total` is
 * its length, more than that where its end was not kept.
 */
export type TakePacket = (
  bytes: Buffer,
  start: number,
  bodyStart: number,
  end: number,
  total: number,
) => void;

/** A remaining length takes at most four bytes (MQTT 5, 1.5.5). */
const MAX_LENGTH_BYTES = 4;

const PUBLISH = 0x3;
/** PUBREL, SUBSCRIBE, UNSUBSCRIBE. */
const FLAGGED = new Set([0x6, 0x8, 0xa]);

/** What a packet can begin with: its type, and the flags that are reserved for it [MQTT-2.1.3-1]; no QoS 3. */
const CAN_BE_FIRST: readonly boolean[] = Array.from({ length: 256 }, (_, byte) => {
  const [type, flags] = [byte >> 4, byte & 0x0f];
  if (type === PUBLISH) return (flags & 6) !== 6;
  return type > 0 && flags === (FLAGGED.has(type) ? 2 : 0);
});

/**
 * Cuts a byte stream into control packets, with bounded memory: a length is believed only up to the limit. A packet
 * that lies whole within what came is handed on where it lies. (mqtt-packet's parser has no limit, and reads a packet
 * that is too short on into the next one.)
 */
export class PacketSplitter {
  /** Longest packet that is taken, bytes. */
  maxBytes: number;
  readonly #take: TakePacket;
  readonly #keptBytes: number;
  /** The beginning of a fixed header that hasn't arrived whole. */
  #header: Buffer | undefined;
  /** The packet that hasn't arrived whole, and how much of it has. */
  #packet: Buffer | undefined;
  #bodyStart = 0;
  #total = 0;
  #received = 0;
  /** What came after the packet at which it was paused. */
  #rest: Buffer | undefined;
  #paused = false;

  /**
   * @param keptBytes so much is kept of a PUBLISH over the limit, and handed on; 0: it ends the connection like any
   *   other packet that is too long
   */
  constructor(maxBytes: number, take: TakePacket, keptBytes = 0) {
    this.maxBytes = maxBytes;
    this.#take = take;
    this.#keptBytes = keptBytes;
  }

  /** Whether a packet ended with the last byte that was pushed: whatever comes next begins one. */
  get atBoundary(): boolean {
    return this.#header === undefined && this.#packet === undefined;
  }

  /** Hands on no packet behind the one it is at, until it is resumed. */
  pause(): void {
    this.#paused = true;
  }

  /** @throws ProtocolViolation */
  resume(): void {
    this.#paused = false;
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) this.push(rest);
  }

  /**
   * Takes what came from the network.
   * @throws ProtocolViolation
   */
  push(data: Buffer): void {
    if (this.#paused) {
      this.#rest = this.#rest === undefined ? data : Buffer.concat([this.#rest, data]);
      return;
    }
    let chunk = data;
    if (this.#header !== undefined) {
      chunk = Buffer.concat([this.#header, chunk]);
      this.#header = undefined;
    }
    let at = this.#packet === undefined ? 0 : this.#fill(this.#packet, chunk, 0);
    while (at < chunk.length) {
      if (this.#paused) {
        this.#rest = chunk.subarray(at);
        return;
      }
      at = this.#next(chunk, at);
    }
  }

  /** Takes the packet that begins at `at`; returns where the next one begins. */
  #next(chunk: Buffer, at: number): number {
    const first = chunk[at] ?? 0;
    if (!CAN_BE_FIRST[first]) throw malformed(`a packet that begins with 0x${first.toString(16)}`);
    let remaining = 0;
    let lengthBytes = 0;
    for (;;) {
      const byte = chunk[at + 1 + lengthBytes];
      if (byte === undefined) {
        this.#header = chunk.subarray(at);
        return chunk.length;
      }
      remaining |= (byte & 0x7f) << (7 * lengthBytes);
      lengthBytes++;
      if (byte < 0x80) break;
      if (lengthBytes === MAX_LENGTH_BYTES) throw malformed("a length of over 4 bytes");
    }
    const bodyStart = 1 + lengthBytes;
    const total = bodyStart + remaining;
    const cut = total > this.maxBytes;
    if (cut && (this.#keptBytes === 0 || first >> 4 !== PUBLISH)) throw tooLarge(total, this.maxBytes);
    if (!cut && at + total <= chunk.length) {
      this.#take(chunk, at, at + bodyStart, at + total, total);
      return at + total;
    }
    this.#packet = Buffer.allocUnsafe(cut ? Math.min(total, this.#keptBytes) : total);
    this.#bodyStart = bodyStart;
    this.#total = total;
    this.#received = 0;
    return this.#fill(this.#packet, chunk, at);
  }

  /** Adds the chunk's bytes from `at` on to the packet; returns where the next one begins. */
  #fill(packet: Buffer, chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#total - this.#received);
    if (this.#received < packet.length) chunk.copy(packet, this.#received, at, end);
    this.#received += end - at;
    if (this.#received === this.#total) {
      this.#packet = undefined;
      this.#take(packet, 0, this.#bodyStart, packet.length, this.#total);
    }
    return end;
  }
}

function tooLarge(bytes: number, most: number): ProtocolViolation {
  const detail = `a packet of ${bytes} bytes, where ${most} are the most that is taken`;
  return new ProtocolViolation(REASON.PACKET_TOO_LARGE, detail);
}
