import { REASON } from "../../mqtt/reason-codes.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

/** One control packet as bytes, fixed header included. */
export interface Frame {
  readonly bytes: Buffer;
  /** Where the variable header begins. */
  readonly bodyStart: number;
  /** The packet's whole length; more than `bytes` holds when the packet was over the limit and cut. */
  readonly totalBytes: number;
}

/**
 * Of a PUBLISH over the limit this much is kept: enough for the longest topic, and a good look at the payload. To
 * refuse it would bring it back with every connection. Anything else over the limit ends the connection.
 */
export const CUT_PACKET_BYTES = 128 * 1024;

const PUBLISH_TYPE = 3;
/** A remaining length takes at most four bytes (MQTT 5, 1.5.5). */
const MAX_LENGTH_BYTES = 4;

/**
 * Cuts a byte stream into control packets, with bounded memory: a length header is believed only up to the limit.
 * (mqtt-packet's parser has no limit, and reads a packet that is too short on into the next one; it is given one
 * whole packet at a time.)
 */
export class FrameSplitter {
  readonly #maxBytes: number;
  readonly #onFrame: (frame: Frame) => void;
  /** The beginning of a fixed header that hasn't arrived whole. */
  #header: Buffer | undefined;
  /** The packet that hasn't arrived whole. */
  #frame: Frame | undefined;
  /** How much of it has come, including what was over the limit and not kept. */
  #received = 0;

  constructor(maxBytes: number, onFrame: (frame: Frame) => void) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  /** Whether a packet ended with the last byte that was pushed: whatever comes next begins one. */
  get atBoundary(): boolean {
    return this.#header === undefined && this.#frame === undefined;
  }

  /**
   * Takes what came from the network. Frames that lie within the chunk share its memory.
   *
   * @throws ProtocolViolation
   */
  push(data: Buffer): void {
    let chunk = data;
    if (this.#header !== undefined) {
      chunk = Buffer.concat([this.#header, chunk]);
      this.#header = undefined;
    }
    let at = this.#frame === undefined ? 0 : this.#fill(this.#frame, chunk, 0);
    while (at < chunk.length) at = this.#next(chunk, at);
  }

  /** Takes the packet that begins at `at`; returns where the next one begins. */
  #next(chunk: Buffer, at: number): number {
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
      if (lengthBytes === MAX_LENGTH_BYTES)
        throw new ProtocolViolation(REASON.MALFORMED_PACKET, "a length of over 4 bytes");
    }
    const bodyStart = 1 + lengthBytes;
    const totalBytes = bodyStart + remaining;
    if (totalBytes > this.#maxBytes) this.#checkOversize(chunk[at], totalBytes);
    else if (at + totalBytes <= chunk.length) {
      this.#onFrame({ bytes: chunk.subarray(at, at + totalBytes), bodyStart, totalBytes });
      return at + totalBytes;
    }
    const kept = totalBytes > this.#maxBytes ? Math.min(totalBytes, CUT_PACKET_BYTES) : totalBytes;
    this.#frame = { bytes: Buffer.allocUnsafe(kept), bodyStart, totalBytes };
    this.#received = 0;
    return this.#fill(this.#frame, chunk, at);
  }

  #checkOversize(firstByte: number | undefined, totalBytes: number): void {
    if ((firstByte ?? 0) >>> 4 === PUBLISH_TYPE) return;
    throw new ProtocolViolation(
      REASON.PACKET_TOO_LARGE,
      `a packet of ${totalBytes} bytes, where ${this.#maxBytes} are the most that is taken`,
    );
  }

  /** Adds the chunk's bytes from `at` on to the frame; returns where the next packet begins. */
  #fill(frame: Frame, chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + frame.totalBytes - this.#received);
    if (this.#received < frame.bytes.length) chunk.copy(frame.bytes, this.#received, at, end);
    this.#received += end - at;
    if (this.#received === frame.totalBytes) {
      this.#frame = undefined;
      this.#onFrame(frame);
    }
    return end;
  }
}
