import type { Duplex } from "node:stream";
import { type Connection, HOLD, type Line } from "../../broker/connection.ts";
import type { Connections } from "../../broker/connections.ts";

/** What a network connection of the broker is given. */
export interface ClientSocketOptions {
  readonly connections: Connections;
  /** How long a closed connection may take to read the reason it was closed for, milliseconds. */
  readonly lingerMs: number;
  /** The network connection is gone for good. */
  readonly gone: () => void;
}

/**
 * A network connection (a socket, or the stream of a WebSocket) under a client of the broker. It can stop reading for
 * several reasons at once, sends what was put together in one turn of the event loop in one write, and lets a
 * connection that is closed read why before the socket goes.
 */
export class ClientSocket implements Line {
  lastHeardAt = performance.now();
  readonly #transport: Duplex;
  readonly #options: ClientSocketOptions;
  #connection: Connection | undefined;
  #holds = 0;
  #waking = false;
  #ended = false;
  #sentBytes = 0;
  #blocked: { readonly since: number; readonly passed: number } | undefined;

  constructor(transport: Duplex, options: ClientSocketOptions) {
    this.#transport = transport;
    this.#options = options;
    transport.on("data", this.#onData);
    transport.on("drain", this.#onDrain);
    // What is wrong with a connection is seen by its end.
    transport.on("error", () => transport.destroy());
    // Half a connection is of no use here.
    transport.on("end", () => this.#connection?.end(undefined));
    transport.on("close", this.#onClose);
  }

  /** The MQTT side of it. */
  serve(connection: Connection): void {
    this.#connection = connection;
  }

  get backlog(): number {
    return this.#transport.writableLength;
  }

  get held(): boolean {
    return this.#holds !== 0;
  }

  blockedMs(now: number): number {
    if (this.#blocked === undefined) return 0;
    const passed = this.#sentBytes - this.#transport.writableLength;
    if (passed > this.#blocked.passed) this.#blocked = { since: now, passed };
    return now - this.#blocked.since;
  }

  hold(reason: number): void {
    if (this.#holds === 0 && !this.#ended) this.#transport.pause();
    this.#holds |= reason;
  }

  release(reason: number): void {
    if ((this.#holds & reason) === 0) return;
    this.#holds &= ~reason;
    if (this.#holds !== 0 || this.#ended) return;
    this.lastHeardAt = performance.now();
    this.#transport.resume();
  }

  wake(): void {
    if (this.#waking || this.#ended) return;
    this.#waking = true;
    process.nextTick(this.#flush);
  }

  /**
   * Closes in order: what waits still goes out, and what still comes in is thrown away for a moment. A socket closed
   * with unread input resets the connection, and the client would never read the reason it was sent. Who was never sent
   * anything has nothing to read, and holds its place no longer.
   */
  end(): void {
    if (this.#ended) return;
    this.#flush();
    this.#ended = true;
    const transport = this.#transport;
    transport.off("data", this.#onData);
    transport.off("drain", this.#onDrain);
    if (transport.destroyed) return;
    if (this.#sentBytes === 0) {
      transport.destroy();
      return;
    }
    transport.end();
    transport.resume();
    const linger = setTimeout(() => transport.destroy(), this.#options.lingerMs);
    linger.unref();
    transport.once("close", () => clearTimeout(linger));
  }

  readonly #onData = (chunk: Buffer): void => {
    this.lastHeardAt = performance.now();
    if (this.#connection !== undefined) this.#options.connections.receive(this.#connection, chunk);
  };

  readonly #onDrain = (): void => {
    this.#blocked = undefined;
    this.release(HOLD.OUTPUT);
    if (this.#connection !== undefined) this.#options.connections.drained(this.#connection);
  };

  readonly #onClose = (): void => {
    if (this.#connection !== undefined) this.#options.connections.gone(this.#connection);
    this.#options.gone();
  };

  readonly #flush = (): void => {
    this.#waking = false;
    const output = this.#connection?.output;
    const transport = this.#transport;
    if (output === undefined || output.length === 0 || this.#ended || !transport.writable) return;
    this.#sentBytes += output.length;
    let room = true;
    for (const bytes of output.take()) room = transport.write(bytes);
    if (room || this.#blocked !== undefined) return;
    this.#blocked = { since: performance.now(), passed: this.#sentBytes - transport.writableLength };
    this.hold(HOLD.OUTPUT);
  };
}
