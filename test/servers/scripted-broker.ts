import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { generate, type IConnackPacket, type Packet, type PacketCmd, parser } from "mqtt-packet";

/** Values that arrive one by one and are awaited one by one, in whichever order that happens. */
export class Arrivals<T> {
  readonly #values: T[] = [];
  readonly #waiting: ((value: T) => void)[] = [];

  add(value: T): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#values.push(value);
    else next(value);
  }

  next(): Promise<T> {
    const value = this.#values.shift();
    if (value !== undefined) return Promise.resolve(value);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** What has arrived and was not asked for yet. */
  get unread(): readonly T[] {
    return this.#values;
  }
}

type PacketOf<Cmd extends PacketCmd> = Extract<Packet, { cmd: Cmd }>;

/** A broker that does what the test tells it, packet by packet, on a loopback port. */
export class ScriptedBroker implements AsyncDisposable {
  readonly #server: Server;
  readonly #protocol: 4 | 5;
  readonly #connections = new Arrivals<BrokerConnection>();
  readonly #sockets = new Set<Socket>();

  private constructor(protocol: 4 | 5, tls: TlsOptions | undefined) {
    this.#protocol = protocol;
    const accept = (socket: Socket) => {
      this.#sockets.add(socket);
      this.#connections.add(new BrokerConnection(socket, this.#protocol));
    };
    this.#server =
      tls === undefined
        ? createServer({ noDelay: true }, accept)
        : createTlsServer({ noDelay: true, ...tls }, accept);
  }

  static async listen(protocol: 4 | 5 = 5, tls?: TlsOptions): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker(protocol, tls);
    broker.#server.listen(0, "127.0.0.1");
    await once(broker.#server, "listening");
    return broker;
  }

  get port(): number {
    const address = this.#server.address();
    assert(address !== null && typeof address !== "string");
    return address.port;
  }

  /** The next connection that a client makes. */
  connection(): Promise<BrokerConnection> {
    return this.#connections.next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** The broker's end of one connection. */
export class BrokerConnection {
  readonly socket: Socket;
  /** Resolves when the client is gone. */
  readonly closed: Promise<void>;
  readonly #packets = new Arrivals<Packet>();
  readonly #protocol: 4 | 5;
  #takesPublishes = false;

  constructor(socket: Socket, protocol: 4 | 5) {
    this.socket = socket;
    this.#protocol = protocol;
    const reader = parser({ protocolVersion: protocol });
    reader.on("packet", (packet) => {
      if (this.#takesPublishes && packet.cmd === "publish")
        this.send({ cmd: "puback", messageId: packet.messageId ?? 0 });
      else this.#packets.add(packet);
    });
    socket.on("data", (chunk: Buffer) => reader.parse(chunk));
    socket.on("error", () => {});
    this.closed = once(socket, "close").then(() => {});
  }

  /** From now on acknowledges what the client publishes by itself: those packets are not among the next ones. */
  takePublishes(): void {
    this.#takesPublishes = true;
  }

  /** The next packet, which must be of this kind. */
  async expect<Cmd extends PacketCmd>(cmd: Cmd): Promise<PacketOf<Cmd>> {
    const packet = await this.#packets.next();
    assert.equal(packet.cmd, cmd);
    return packet as PacketOf<Cmd>;
  }

  /** Packets that have arrived and that the test did not ask for. */
  get unread(): readonly Packet[] {
    return this.#packets.unread;
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet, { protocolVersion: this.#protocol }));
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Answers a PINGREQ that comes next; after it, everything sent before has been read by the client. */
  async ping(): Promise<void> {
    await this.expect("pingreq");
    this.send({ cmd: "pingresp" });
  }

  /** Takes CONNECT and accepts it. */
  async acceptConnect(connack: Partial<IConnackPacket> = {}): Promise<PacketOf<"connect">> {
    const packet = await this.expect("connect");
    this.send({ cmd: "connack", sessionPresent: false, reasonCode: 0, returnCode: 0, ...connack });
    return packet;
  }

  /** Takes SUBSCRIBE and grants these codes, or QoS 1 for each filter. */
  async acceptSubscribe(granted?: number[]): Promise<PacketOf<"subscribe">> {
    const packet = await this.expect("subscribe");
    const codes = granted ?? packet.subscriptions.map(() => 1);
    this.send({ cmd: "suback", messageId: packet.messageId ?? 0, granted: codes });
    return packet;
  }

  /** The whole handshake with a client that subscribes. */
  async acceptSubscriber(connack: Partial<IConnackPacket> = {}): Promise<void> {
    await this.acceptConnect(connack);
    await this.acceptSubscribe();
  }

  publish(
    messageId: number,
    topic: string,
    payload: string | Buffer,
    more: Partial<PacketOf<"publish">> = {},
  ): void {
    this.send({ cmd: "publish", messageId, topic, payload, qos: 1, dup: false, retain: false, ...more });
  }
}
