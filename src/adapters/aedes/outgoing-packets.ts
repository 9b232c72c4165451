const PUBLISH_TYPE = 3;
const SUBACK_TYPE = 9;
const QOS_1 = 2;
const EMPTY = Buffer.alloc(0);

/** A packet's place in the bytes that are on their way out. */
interface Place {
  readonly bodyAt: number;
  readonly end: number;
}

/**
 * The packets that aedes writes to a client of MQTT 5, in the two respects in which aedes can't be told: it sends
 * without regard to the client's Receive Maximum (MQTT 5, 4.9), and refuses every subscription with one reason code.
 */
export class OutgoingPackets {
  /** Most messages of QoS 1 that the client takes before it has acknowledged one. */
  #window = Number.POSITIVE_INFINITY;
  readonly #unacknowledged = new Set<number>();
  /** The beginning of a packet that has not come whole. */
  #partial: Buffer = EMPTY;
  /** Messages that wait for an acknowledgement of the client. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** By packet identifier of a SUBSCRIBE: the reasons why some of its filters were refused, by their place. */
  readonly #refusals = new Map<number, ReadonlyMap<number, number>>();

  /** Bytes that wait for the client's acknowledgements. */
  get waitingBytes(): number {
    return this.#heldBytes + this.#partial.length;
  }

  /** The client takes so many messages without having acknowledged one. */
  limit(receiveMaximum: number): void {
    this.#window = receiveMaximum;
  }

  /** The SUBACK under this identifier gives other reasons than aedes does. */
  refuse(messageId: number, reasons: ReadonlyMap<number, number>): void {
    this.#refusals.set(messageId, reasons);
  }

  /** What of the bytes, and of what waited before them, may go out now. */
  take(bytes: Buffer): Buffer {
    let rest = this.#partial.length === 0 ? bytes : Buffer.concat([this.#partial, bytes]);
    this.#partial = EMPTY;
    const out: Buffer[] = [];
    for (let place = nextPacket(rest); place !== undefined; place = nextPacket(rest)) {
      const packet = rest.subarray(0, place.end);
      rest = rest.subarray(place.end);
      const passed = this.#pass(packet, place);
      if (passed !== undefined) out.push(passed);
    }
    this.#partial = rest;
    const [only] = out;
    return out.length === 1 && only !== undefined ? only : Buffer.concat(out);
  }

  /** The client has acknowledged a message: what may go out now. */
  acknowledged(messageId: number): Buffer {
    if (!this.#unacknowledged.delete(messageId)) return EMPTY;
    const waiting = this.#held;
    const out: Buffer[] = [];
    this.#held = [];
    this.#heldBytes = 0;
    for (const packet of waiting) {
      const place = nextPacket(packet);
      const passed = place === undefined ? packet : this.#pass(packet, place);
      if (passed !== undefined) out.push(passed);
    }
    return Buffer.concat(out);
  }

  #pass(packet: Buffer, { bodyAt }: Place): Buffer | undefined {
    const first = packet[0] ?? 0;
    if (first >> 4 === SUBACK_TYPE) return this.#withReasons(packet, bodyAt);
    if (first >> 4 !== PUBLISH_TYPE || this.#window === Number.POSITIVE_INFINITY) return packet;
    const counts = (first & QOS_1) !== 0;
    // Once one waits all do: messages of one topic keep their order (MQTT 5, 4.6).
    if (this.#held.length > 0 || (counts && this.#unacknowledged.size >= this.#window)) {
      this.#held.push(packet);
      this.#heldBytes += packet.length;
      return undefined;
    }
    if (counts) this.#unacknowledged.add(packet.readUInt16BE(bodyAt + 2 + packet.readUInt16BE(bodyAt)));
    return packet;
  }

  #withReasons(packet: Buffer, bodyAt: number): Buffer {
    const messageId = packet.readUInt16BE(bodyAt);
    const reasons = this.#refusals.get(messageId);
    if (reasons === undefined) return packet;
    this.#refusals.delete(messageId);
    // The properties' length is one byte: aedes sends none with a SUBACK.
    const codesAt = bodyAt + 2 + 1 + (packet[bodyAt + 2] ?? 0);
    for (const [place, reason] of reasons) {
      if (codesAt + place < packet.length) packet[codesAt + place] = reason;
    }
    return packet;
  }
}

function nextPacket(bytes: Buffer): Place | undefined {
  let remaining = 0;
  for (let at = 1; at <= 4; at++) {
    const digit = bytes[at];
    if (digit === undefined) return undefined;
    remaining |= (digit & 0x7f) << (7 * (at - 1));
    if (digit < 0x80) {
      const end = at + 1 + remaining;
      return end <= bytes.length ? { bodyAt: at + 1, end } : undefined;
    }
  }
  return undefined;
}
