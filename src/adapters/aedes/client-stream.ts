import { Duplex } from "node:stream";
import type { ConnackEditor } from "./connack.ts";
import type { OutgoingPackets } from "./outgoing-packets.ts";

/** Why nothing is read from a client at the moment; reading goes on when no reason is left. */
export const HOLD = {
  /** The parser has enough to do. */
  READER: 1,
  /** Its CONNECT isn't answered yet. */
  CONNECT: 2,
  /** The sink has enough to do, or the broker is being stopped. */
  GATE: 4,
  /** Too much of the client itself waits for its commit. */
  WINDOW: 8,
  /** The client doesn't read what it is sent. */
  OUTPUT: 16,
} as const;

const READ_AHEAD_BYTES = 262_144;
const ACK_BYTES = 4;
const FIRST_ACKS = 64;
const PUBACK = 0x40;
const nothing = (): void => {};

/** Whom a stream reports to. */
export interface StreamObserver {
  received(bytes: number): void;
  /** The network connection is gone for good. */
  gone(): void;
}

/**
 * Stands between a network connection (a socket, or the stream of a WebSocket) and aedes. It can stop reading for
 * several reasons at once, sends acknowledgements many at a time, edits the CONNACK, and lets a connection that is
 * closed read why before the socket goes.
 */
export class ClientStream extends Duplex {
  /** When the client was last heard, on the clock of `performance.now()`; moves on while it isn't listened to. */
  lastHeardAt = performance.now();
  /** Changes what is sent first. */
  connack: ConnackEditor | undefined;
  /** What is sent after it, where the client speaks MQTT 5. */
  outgoing: OutgoingPackets | undefined;
  readonly #transport: Duplex;
  readonly #observer: StreamObserver;
  readonly #lingerMs: number;
  #holds = 0;
  #acks: Buffer = Buffer.allocUnsafe(FIRST_ACKS * ACK_BYTES);
  #ackBytes = 0;
  #sentBytes = 0;
  #waitingForRoom: (() => void)[] = [];
  #blocked: { readonly since: number; readonly passed: number } | undefined;

  constructor(transport: Duplex, observer: StreamObserver, lingerMs: number) {
    super({ readableHighWaterMark: READ_AHEAD_BYTES, allowHalfOpen: false });
    this.#transport = transport;
    this.#observer = observer;
    this.#lingerMs = lingerMs;
    transport.on("data", this.#onData);
    transport.on("end", () => this.push(null));
    transport.on("drain", this.#onDrain);
    transport.on("error", (error) => this.destroy(error));
    transport.on("close", this.#onClose);
  }

  /** Whether the broker itself keeps the client from being heard. */
  get held(): boolean {
    return (this.#holds & ~HOLD.READER) !== 0;
  }

  /** Bytes that wait to be read by the client. */
  get backlog(): number {
    return this.writableLength + this.#transport.writableLength + (this.outgoing?.waitingBytes ?? 0);
  }

  /** For how long the client has read nothing of what it was sent, milliseconds; 0 when nothing waits for it. */
  blockedMs(now: number): number {
    if (this.#blocked === undefined) return 0;
    const passed = this.#sentBytes - this.#transport.writableLength;
    if (passed > this.#blocked.passed) this.#blocked = { since: now, passed };
    return now - this.#blocked.since;
  }

  hold(reason: number): void {
    if (this.#holds === 0) this.#transport.pause();
    this.#holds |= reason;
  }

  release(reason: number): void {
    if ((this.#holds & reason) === 0) return;
    this.#holds &= ~reason;
    if (this.#holds !== 0) return;
    this.lastHeardAt = performance.now();
    this.#transport.resume();
  }

  /**
   * Acknowledges a QoS 1 publish. Those of one turn of the event loop leave in one write.
   * @param packet a PUBACK that says more than success; it keeps its place among the others (MQTT 5, 4.6)
   */
  acknowledge(messageId: number, packet?: Buffer): void {
    if (packet !== undefined) {
      this.#flushAcks();
      this.#write(packet, nothing);
      return;
    }
    if (this.#ackBytes === 0) process.nextTick(this.#flushAcks);
    if (this.#ackBytes === this.#acks.length) {
      this.#acks = Buffer.concat([this.#acks], this.#acks.length * 2);
    }
    const acks = this.#acks;
    let at = this.#ackBytes;
    // MQTT 5 allows the short form of MQTT 3.1.1 for plain success (3.4.2.1).
    acks[at++] = PUBACK;
    acks[at++] = 2;
    acks[at++] = messageId >> 8;
    acks[at++] = messageId & 0xff;
    this.#ackBytes = at;
  }

  /** The client has acknowledged a message: others may have waited for that. */
  acknowledged(messageId: number): void {
    const waited = this.outgoing?.acknowledged(messageId);
    if (waited !== undefined && waited.length > 0) this.#write(waited, nothing);
    for (const resume of this.#waitingForRoom.splice(0)) resume();
  }

  /** Resolves as soon as little waits for the client's acknowledgements. */
  async room(): Promise<void> {
    while (!this.destroyed && (this.outgoing?.waitingBytes ?? 0) >= this.writableHighWaterMark) {
      await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve));
    }
  }

  /** Sends a packet as it is. */
  send(packet: Buffer): void {
    this.#write(packet, nothing);
  }

  /** Ends the network connection without another word. */
  abort(): void {
    this.destroy();
    this.#transport.destroy();
  }

  /**
   * All there is to read. aedes reads once per turn and takes that for everything; since Node 26 a plain read gives no
   * more than one chunk, and nothing would fetch the next.
   */
  override read(): Buffer | null {
    const first: Buffer | null = super.read();
    if (first === null || this.readableLength === 0) return first;
    const chunks = [first];
    for (let next: Buffer | null = super.read(); next !== null; next = super.read()) chunks.push(next);
    return Buffer.concat(chunks);
  }

  override _read(): void {
    this.release(HOLD.READER);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk, done);
  }

  /** A packet comes in several small pieces: one write for all of them. */
  override _writev(
    pieces: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#send(Buffer.concat(pieces.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#transport.end();
    done();
  }

  /**
   * Closes for the broker at once, for the network in order: what is written still goes out, and what still comes
   * in is thrown away for a moment. A socket closed with unread input resets the connection, and the client would
   * never read the reason it was sent.
   */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const transport = this.#transport;
    this.#flushAcks();
    for (const resume of this.#waitingForRoom.splice(0)) resume();
    transport.off("data", this.#onData);
    transport.off("drain", this.#onDrain);
    if (!transport.destroyed) {
      transport.end();
      transport.resume();
      const linger = setTimeout(() => transport.destroy(), this.#lingerMs);
      linger.unref();
      transport.once("close", () => clearTimeout(linger));
    }
    done(error);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.lastHeardAt = performance.now();
    this.#observer.received(chunk.length);
    if (!this.push(chunk)) this.hold(HOLD.READER);
  };

  readonly #onDrain = (): void => {
    this.#blocked = undefined;
    this.release(HOLD.OUTPUT);
  };

  readonly #onClose = (): void => {
    this.destroy();
    this.#observer.gone();
  };

  readonly #flushAcks = (): void => {
    if (this.#ackBytes === 0) return;
    const acks = Buffer.from(this.#acks.subarray(0, this.#ackBytes));
    this.#ackBytes = 0;
    this.#write(acks, nothing);
  };

  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    const edited = this.connack === undefined ? bytes : this.#edit(this.connack, bytes);
    this.#write(this.outgoing?.take(edited) ?? edited, done);
  }

  #write(bytes: Buffer, done: (error?: Error | null) => void): void {
    if (!this.#transport.writable || bytes.length === 0) {
      done();
      return;
    }
    this.#sentBytes += bytes.length;
    if (this.#transport.write(bytes, done) || this.#blocked !== undefined) return;
    this.#blocked = { since: performance.now(), passed: this.#sentBytes - this.#transport.writableLength };
    this.hold(HOLD.OUTPUT);
  }

  #edit(editor: ConnackEditor, bytes: Buffer): Buffer {
    const edited = editor.edit(bytes);
    if (edited.length > 0) this.connack = undefined;
    return edited;
  }
}
