/** Longer stretches of bytes go out as they are; shorter ones are copied to the others. */
const COPIED_BYTES = 16_384;
const FIRST_BYTES = 512;
const EMPTY: Buffer = Buffer.alloc(0);

/** MQTT 5, 1.5.5: how many bytes the value takes. */
export function varintBytes(value: number): number {
  if (value < 128) return 1;
  if (value < 16_384) return 2;
  return value < 2_097_152 ? 3 : 4;
}

/**
 * The packets that wait to be written to one client, put together where they will be sent from: those of one turn of
 * the event loop leave in one write. Takes memory only while something waits.
 */
export class PacketOutput {
  #buffer: Buffer = EMPTY;
  #at = 0;
  /** What came before what is in the buffer. */
  #before: Buffer[] = [];
  #beforeBytes = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#beforeBytes + this.#at;
  }

  /** All that waits, in order; nothing waits any more. */
  take(): readonly Buffer[] {
    if (this.#at > 0) this.#before.push(this.#buffer.subarray(0, this.#at));
    const taken = this.#before;
    this.#before = [];
    this.#beforeBytes = 0;
    this.#buffer = EMPTY;
    this.#at = 0;
    return taken;
  }

  byte(value: number): void {
    this.#room(1);
    this.#buffer[this.#at++] = value;
  }

  int16(value: number): void {
    this.#room(2);
    this.#buffer[this.#at++] = value >> 8;
    this.#buffer[this.#at++] = value & 0xff;
  }

  int32(value: number): void {
    this.#room(4);
    this.#at = this.#buffer.writeUInt32BE(value, this.#at);
  }

  varint(value: number): void {
    this.#room(4);
    let rest = value;
    while (rest >= 128) {
      this.#buffer[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    this.#buffer[this.#at++] = rest;
  }

  /** A stretch of bytes. */
  bytes(bytes: Buffer, start = 0, end: number = bytes.length): void {
    const length = end - start;
    if (length > COPIED_BYTES) {
      this.#long(bytes.subarray(start, end));
      return;
    }
    this.#room(length);
    bytes.copy(this.#buffer, this.#at, start, end);
    this.#at += length;
  }

  /** A packet of two bytes and a packet identifier: PUBACK and its like, without a reason (3.4.2.1). */
  acknowledgement(first: number, packetId: number): void {
    this.#room(4);
    const buffer = this.#buffer;
    let at = this.#at;
    buffer[at++] = first;
    buffer[at++] = 2;
    buffer[at++] = packetId >> 8;
    buffer[at++] = packetId & 0xff;
    this.#at = at;
  }

  #long(bytes: Buffer): void {
    if (this.#at > 0) this.#before.push(this.#buffer.subarray(0, this.#at));
    this.#before.push(bytes);
    this.#beforeBytes += this.#at + bytes.length;
    this.#buffer = EMPTY;
    this.#at = 0;
  }

  #room(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(FIRST_BYTES, needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}
