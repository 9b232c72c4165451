import { isUtf8 } from "node:buffer";

/** A PUBLISH of QoS 0 or 1 without properties, on a topic that is fine: what machines send most. */
export interface PlainPublishTaker {
  /** Whether plain publishes may be taken at the moment; if not, the parser gets them like anything else. */
  readonly takesPlain: boolean;
  /** What the answers of `topicIsFine` count for. */
  readonly accessEpoch: number;
  /** Whether nothing speaks against the topic. One that isn't fine goes to the parser, which has the answer. */
  topicIsFine(topic: string): boolean;
  plain(topic: string, payload: Buffer, qos: 0 | 1, retain: boolean, messageId: number): void;
}

/** Whom everything goes that isn't a plain publish: pieces of packets, in order, never of two packets at once. */
type ParsePiece = (piece: Buffer) => void;

const PUBLISH_TYPE = 3;
/** A plain publish that is spread over several chunks is put together up to this size; a longer one is the parser's. */
const ASSEMBLED_BYTES = 65_536;
const MAX_LENGTH_BYTES = 4;
const RETAIN_FLAG = 1;
const DUP_FLAG = 8;

/**
 * Takes plain publishes out of what a client sends, and hands everything else to the parser, in order.
 *
 * WHY: mqtt-packet's parser costs 2 us and a dozen objects per PUBLISH; reading the plain ones where they lie costs a
 * tenth of that. Anything that is not plain (properties, QoS 2, lengths that contradict one another, a packet that is
 * too long) is not judged here: it takes the way it always took.
 */
export class PlainPublishes {
  readonly #taker: PlainPublishTaker;
  readonly #parse: ParsePiece;
  /** Longest packet, bytes. */
  readonly #longest: () => number;
  /** MQTT 5 publishes have a length of properties in front of their payload. */
  readonly #hasProperties: () => boolean;
  /** Bytes that the parser still has to get of the packet it has begun. */
  #parserWants = 0;
  /** The beginning of a fixed header that has not arrived whole, and how much of it the parser has already. */
  #header: Buffer | undefined;
  #headerParsed = 0;
  /** A publish that has not arrived whole, and how much of it has. */
  #partial: Buffer | undefined;
  #partialBytes = 0;
  /** The last topic that was fine, in which epoch, and its bytes: a machine says the same few again and again. */
  #topic = "";
  #topicEpoch = 0;
  #topicBytes: Buffer = Buffer.alloc(0);

  constructor(
    taker: PlainPublishTaker,
    parse: ParsePiece,
    longest: () => number,
    hasProperties: () => boolean,
  ) {
    this.#taker = taker;
    this.#parse = parse;
    this.#longest = longest;
    this.#hasProperties = hasProperties;
  }

  /** Takes what came from the network. */
  take(data: Buffer): void {
    let chunk = data;
    if (this.#header !== undefined) {
      chunk = Buffer.concat([this.#header, chunk]);
      this.#header = undefined;
    }
    let at = this.#partial === undefined ? 0 : this.#fill(this.#partial, chunk, 0);
    while (at < chunk.length) at = this.#parserWants > 0 ? this.#handOn(chunk, at) : this.#next(chunk, at);
  }

  /** Takes the packet that begins at `at`; returns where to go on. */
  #next(chunk: Buffer, at: number): number {
    const mayBe = mayBePlain(chunk[at] ?? 0) && this.#headerParsed === 0 && this.#taker.takesPlain;
    let remaining = 0;
    let lengthBytes = 0;
    for (;;) {
      const byte = chunk[at + 1 + lengthBytes];
      if (byte === undefined) return this.#keepHeader(chunk, at, mayBe);
      remaining |= (byte & 0x7f) << (7 * lengthBytes);
      lengthBytes++;
      // A fifth byte of length is the parser's to refuse.
      if (byte < 0x80 || lengthBytes === MAX_LENGTH_BYTES) break;
    }
    const total = 1 + lengthBytes + remaining;
    if (mayBe && total <= this.#longest()) {
      const end = at + total;
      if (end <= chunk.length && this.#read(chunk, at, at + 1 + lengthBytes, end)) return end;
      if (end > chunk.length && total <= ASSEMBLED_BYTES) {
        this.#partial = Buffer.allocUnsafe(total);
        this.#partialBytes = 0;
        return this.#fill(this.#partial, chunk, at);
      }
    }
    const parsed = this.#headerParsed;
    this.#headerParsed = 0;
    this.#parserWants = total - parsed;
    return at + parsed;
  }

  /** The chunk ends inside the fixed header. What the parser may refuse by its first byte is refused at once. */
  #keepHeader(chunk: Buffer, at: number, mayBe: boolean): number {
    this.#header = chunk.subarray(at);
    if (!mayBe) {
      this.#parse(chunk.subarray(at + this.#headerParsed));
      this.#headerParsed = chunk.length - at;
    }
    return chunk.length;
  }

  /** Gives the parser what the chunk holds of its packet. */
  #handOn(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#parserWants);
    this.#parserWants -= end - at;
    this.#parse(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end));
    return end;
  }

  /** Adds the chunk's bytes from `at` on to the packet that is being put together. */
  #fill(packet: Buffer, chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + packet.length - this.#partialBytes);
    chunk.copy(packet, this.#partialBytes, at, end);
    this.#partialBytes += end - at;
    if (this.#partialBytes === packet.length) {
      this.#partial = undefined;
      let bodyStart = 1;
      while ((packet[bodyStart] ?? 0) >= 0x80) bodyStart++;
      if (!this.#taker.takesPlain || !this.#read(packet, 0, bodyStart + 1, packet.length)) {
        this.#parse(packet);
      }
    }
    return end;
  }

  /** Reads a whole PUBLISH, and hands it over when it is a plain one; false when it isn't. */
  #read(bytes: Buffer, start: number, bodyStart: number, end: number): boolean {
    const flags = bytes[start] ?? 0;
    const qos = (flags >> 1) & 3;
    const topicStart = bodyStart + 2;
    const topicEnd = topicStart + int16(bytes, bodyStart);
    const properties = this.#hasProperties() ? 1 : 0;
    const payloadStart = topicEnd + (qos === 1 ? 2 : 0) + properties;
    if (payloadStart > end) return false;
    let messageId = 0;
    if (qos === 1) {
      messageId = int16(bytes, topicEnd);
      if (messageId === 0) return false;
    }
    // A length of 0: there are none.
    if (properties === 1 && bytes[payloadStart - 1] !== 0) return false;
    const epoch = this.#taker.accessEpoch;
    if (epoch !== this.#topicEpoch || !this.#isLastTopic(bytes, topicStart, topicEnd)) {
      // Text that isn't UTF-8 is the parser's to refuse (MQTT 5, 1.5.4).
      if (!isUtf8(bytes.subarray(topicStart, topicEnd))) return false;
      const topic = bytes.toString("utf8", topicStart, topicEnd);
      if (!this.#taker.topicIsFine(topic)) return false;
      this.#topic = topic;
      this.#topicEpoch = epoch;
      this.#topicBytes = Buffer.from(bytes.subarray(topicStart, topicEnd));
    }
    const retain = (flags & RETAIN_FLAG) !== 0;
    this.#taker.plain(this.#topic, bytes.subarray(payloadStart, end), qos as 0 | 1, retain, messageId);
    return true;
  }

  /** Compared here and not by a call into native code: a topic has some fifty bytes. */
  #isLastTopic(bytes: Buffer, start: number, end: number): boolean {
    const last = this.#topicBytes;
    if (last.length !== end - start || last.length === 0) return false;
    for (let index = last.length - 1; index >= 0; index--) {
      if (last[index] !== bytes[start + index]) return false;
    }
    return true;
  }
}

/** Whether a packet that begins with this byte is a PUBLISH of QoS 0 or 1 that isn't sent again. */
function mayBePlain(first: number): boolean {
  const qos = (first >> 1) & 3;
  return first >> 4 === PUBLISH_TYPE && qos <= 1 && (first & DUP_FLAG) === 0;
}

function int16(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
