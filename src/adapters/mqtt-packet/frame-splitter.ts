import { PacketSplitter } from "../../mqtt/wire/packet-splitter.ts";

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

/** Cuts what a broker sends into frames. */
export class FrameSplitter {
  readonly #splitter: PacketSplitter;

  constructor(maxBytes: number, onFrame: (frame: Frame) => void) {
    this.#splitter = new PacketSplitter(
      maxBytes,
      (bytes, start, bodyStart, end, totalBytes) =>
        onFrame({ bytes: bytes.subarray(start, end), bodyStart: bodyStart - start, totalBytes }),
      CUT_PACKET_BYTES,
    );
  }

  /** Whether a packet ended with the last byte that was pushed: whatever comes next begins one. */
  get atBoundary(): boolean {
    return this.#splitter.atBoundary;
  }

  /**
   * Takes what came from the network. Frames that lie within the chunk share its memory.
   *
   * @throws ProtocolViolation
   */
  push(data: Buffer): void {
    this.#splitter.push(data);
  }
}
