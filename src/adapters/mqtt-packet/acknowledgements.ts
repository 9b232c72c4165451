/** Packet identifiers are two bytes, so no more than this many can be in flight. */
const CAPACITY = 65_536;
const PUBACK_BYTES = 4;
const PUBACK_TYPE = 0x40;
const PUBACK_LENGTH = 2;

/**
 * The acknowledgements of one connection. A PUBACK goes out when its message and all received before it are
 * settled [MQTT-4.6.0-2], and those of one burst go out in one write: a commit settles hundreds at once, and a
 * write each would cost more than the commit.
 *
 * It belongs to its connection and is dropped with it, so no acknowledgement can cross a reconnect.
 */
export class Acknowledgements {
  readonly #write: (bytes: Buffer, count: number) => void;
  readonly #packetIds = new Uint16Array(CAPACITY);
  readonly #settled = new Uint8Array(CAPACITY);
  /** Tickets of the oldest message without a PUBACK, and of the next to come; they only grow. */
  #oldest = 0;
  #next = 0;
  #flushDue = false;

  /** @param write takes the PUBACKs of a burst, and how many they are. */
  constructor(write: (bytes: Buffer, count: number) => void) {
    this.#write = write;
  }

  /** Messages received whose PUBACK has not gone out. */
  get waiting(): number {
    return this.#next - this.#oldest;
  }

  /** Notes a received QoS 1 message and returns the ticket to settle it with; `waiting` must be below 65,535. */
  expect(packetId: number): number {
    const ticket = this.#next++;
    this.#packetIds[ticket % CAPACITY] = packetId;
    this.#settled[ticket % CAPACITY] = 0;
    return ticket;
  }

  /** The message is on disk. Settling it twice does nothing. */
  settle(ticket: number): void {
    if (ticket < this.#oldest) return;
    this.#settled[ticket % CAPACITY] = 1;
    if (this.#flushDue) return;
    this.#flushDue = true;
    // After the burst of settles that runs now, and after the promises it resolves, before anything else.
    process.nextTick(() => this.flush());
  }

  /** Writes the PUBACKs that may go out, in order of receipt. */
  flush(): void {
    this.#flushDue = false;
    let end = this.#oldest;
    while (end < this.#next && this.#settled[end % CAPACITY] === 1) end++;
    const count = end - this.#oldest;
    if (count === 0) return;
    const bytes = Buffer.allocUnsafe(count * PUBACK_BYTES);
    for (let at = 0; this.#oldest < end; this.#oldest++) {
      const packetId = this.#packetIds[this.#oldest % CAPACITY] ?? 0;
      // The reason code may be left out when it is 0 (MQTT 5, 3.4.2.1), so both versions look the same.
      bytes[at++] = PUBACK_TYPE;
      bytes[at++] = PUBACK_LENGTH;
      bytes[at++] = packetId >>> 8;
      bytes[at++] = packetId & 0xff;
    }
    this.#write(bytes, count);
  }
}
