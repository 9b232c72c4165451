import { type Packet, parser } from "mqtt-packet";
import { messageOf } from "../../errors/conche-error.ts";
import { REASON } from "../../mqtt/reason-codes.ts";
import { ProtocolViolation } from "../../mqtt/wire/protocol-violation.ts";

/**
 * Reads whole control packets with mqtt-packet's parser. One packet goes in at a time, because that parser reads
 * a packet that is too short on into the one behind it.
 */
export class PacketReader {
  readonly #parser;
  #packet: Packet | undefined;
  #error: unknown;

  constructor(protocol: 4 | 5) {
    this.#parser = parser({ protocolVersion: protocol });
    this.#parser.on("packet", (packet) => {
      this.#packet = packet;
    });
    this.#parser.on("error", (error) => {
      this.#error = error;
    });
  }

  /** @throws ProtocolViolation when the bytes aren't exactly one packet */
  read(bytes: Buffer): Packet {
    this.#packet = undefined;
    this.#error = undefined;
    let left: number;
    try {
      left = this.#parser.parse(bytes);
    } catch (thrown) {
      throw new ProtocolViolation(REASON.MALFORMED_PACKET, messageOf(thrown));
    }
    if (this.#error !== undefined)
      throw new ProtocolViolation(REASON.MALFORMED_PACKET, messageOf(this.#error));
    if (this.#packet === undefined || left !== 0) {
      throw new ProtocolViolation(REASON.MALFORMED_PACKET, "a packet whose length does not fit its contents");
    }
    return this.#packet;
  }
}
