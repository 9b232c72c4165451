import type { BrokerMessage } from "./broker-message.ts";

/** A message on its way to one client, at QoS 1 or 2. */
export interface Flight {
  readonly message: BrokerMessage;
  readonly qos: 1 | 2;
  /** The flag that the client sees. */
  readonly retain: boolean;
  readonly subscriptionIdentifiers: readonly number[];
  /** The packet identifier under which it was sent; 0: not yet. */
  packetId: number;
  /** PUBREC has come: what is left to send is PUBREL. */
  released: boolean;
}

const LAST_IDENTIFIER = 65_535;
/** The queue is made shorter once so many of its places are taken out. */
const COMPACT_AT = 64;

/** What a session owes its client: sent and not yet acknowledged, and, behind it, what waits. In order [MQTT-4.6.0-6]. */
export class Outgoing {
  readonly #sent = new Map<number, Flight>();
  #waiting: (Flight | undefined)[] = [];
  #head = 0;
  #lastId = 0;
  #bytes = 0;
  #sentBytes = 0;

  /** Sent and not yet acknowledged. */
  get inFlight(): number {
    return this.#sent.size;
  }

  get waiting(): number {
    return this.#waiting.length - this.#head;
  }

  get length(): number {
    return this.#sent.size + this.waiting;
  }

  /** What it all holds, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What of it is sent and not yet acknowledged, bytes. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Puts a message at the end. */
  add(flight: Flight): void {
    this.#waiting.push(flight);
    this.#bytes += flight.message.heldBytes;
  }

  first(): Flight | undefined {
    return this.#waiting[this.#head];
  }

  /** Takes the first out of what waits: given up. */
  dropFirst(): Flight | undefined {
    const flight = this.#shift();
    if (flight !== undefined) this.#bytes -= flight.message.heldBytes;
    return flight;
  }

  /** The first is sent, under the packet identifier that it now has. */
  send(): Flight | undefined {
    const flight = this.#shift();
    if (flight === undefined) return undefined;
    flight.packetId = this.#freeIdentifier();
    this.#sent.set(flight.packetId, flight);
    this.#sentBytes += flight.message.heldBytes;
    return flight;
  }

  /** What is sent and not acknowledged, in the order it was sent in. */
  sent(): Iterable<Flight> {
    return this.#sent.values();
  }

  get(packetId: number): Flight | undefined {
    return this.#sent.get(packetId);
  }

  /** It is done with; its identifier is free. */
  complete(packetId: number): Flight | undefined {
    const flight = this.#sent.get(packetId);
    if (flight === undefined) return undefined;
    this.#sent.delete(packetId);
    this.#bytes -= flight.message.heldBytes;
    this.#sentBytes -= flight.message.heldBytes;
    return flight;
  }

  #shift(): Flight | undefined {
    const flight = this.#waiting[this.#head];
    if (flight === undefined) return undefined;
    this.#waiting[this.#head] = undefined;
    this.#head++;
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return flight;
  }

  /** There are more identifiers than a client may leave unacknowledged. */
  #freeIdentifier(): number {
    do {
      this.#lastId = this.#lastId === LAST_IDENTIFIER ? 1 : this.#lastId + 1;
    } while (this.#sent.has(this.#lastId));
    return this.#lastId;
  }
}
