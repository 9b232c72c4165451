import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { generate, type IConnectPacket, type Packet, parser } from "mqtt-packet";

/** Any packet a server sends, as far as the tests look at it. */
export interface ServerPacket {
  readonly cmd: string;
  readonly messageId?: number;
  readonly reasonCode?: number;
  readonly returnCode?: number;
  readonly sessionPresent?: boolean;
  readonly topic?: string;
  readonly payload?: Buffer;
  readonly qos?: number;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly granted?: readonly number[];
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A client that sends exactly the bytes it is told to, and shows exactly what comes back. */
export class RawClient {
  readonly stream: Duplex;
  readonly version: 3 | 4 | 5;
  /** Everything received so far. */
  readonly packets: ServerPacket[] = [];
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
  #waiting: (() => void)[] = [];
  #taken = 0;
  #ended = false;

  constructor(stream: Duplex, version: 3 | 4 | 5) {
    this.stream = stream;
    this.version = version;
    const parse = parser({ protocolVersion: version });
    parse.on("packet", (packet) => {
      this.packets.push(packet as ServerPacket);
      this.#wake();
    });
    stream.on("data", (chunk: Buffer) => parse.parse(chunk));
    stream.on("error", () => {});
    this.closed = new Promise((resolve) => {
      stream.on("close", () => {
        this.#ended = true;
        this.#wake();
        resolve();
      });
    });
  }

  /** Opens a TCP connection, and sends nothing yet. */
  static open(port: number, version: 3 | 4 | 5 = 5): RawClient {
    const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true });
    return new RawClient(socket, version);
  }

  /** Opens a connection and an MQTT session; fails when the CONNECT is refused. */
  static async connected(
    port: number,
    version: 3 | 4 | 5,
    clientId: string,
    more: Partial<IConnectPacket> = {},
  ): Promise<RawClient> {
    const client = RawClient.open(port, version);
    client.connect(clientId, more);
    const { reasonCode, returnCode } = await client.expect("connack");
    if ((reasonCode ?? returnCode) !== 0) throw new Error(`refused: ${reasonCode ?? returnCode}`);
    return client;
  }

  connect(clientId: string, more: Partial<IConnectPacket> = {}): void {
    this.send({
      cmd: "connect",
      protocolId: this.version === 3 ? "MQIsdp" : "MQTT",
      protocolVersion: this.version,
      clean: true,
      keepalive: 0,
      clientId,
      ...more,
    });
  }

  send(...packets: Packet[]): void {
    this.write(Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: this.version }))));
  }

  write(bytes: Uint8Array): void {
    this.stream.write(bytes);
  }

  publish(
    topic: string,
    payload: string | Buffer,
    qos: 0 | 1 | 2,
    messageId: number,
    more: object = {},
  ): void {
    this.send({ cmd: "publish", topic, payload, qos, messageId, retain: false, dup: false, ...more });
  }

  subscribe(messageId: number, ...filters: [filter: string, qos: 0 | 1 | 2][]): void {
    const subscriptions = filters.map(([topic, qos]) => ({ topic, qos, nl: false, rap: true, rh: 0 }));
    this.send({ cmd: "subscribe", messageId, subscriptions });
  }

  /** The next packet that came, which must be of this kind. */
  async expect(cmd: string): Promise<ServerPacket> {
    const packet = await this.next();
    if (packet?.cmd !== cmd) throw new Error(`expected ${cmd}, got ${JSON.stringify(packet) ?? "the end"}`);
    return packet;
  }

  /** The next packet, or undefined when the connection ends first. */
  async next(): Promise<ServerPacket | undefined> {
    while (this.packets.length <= this.#taken) {
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return this.packets[this.#taken++];
  }

  /** A round trip: whatever the server had to say before it has come. */
  async ping(): Promise<void> {
    this.send({ cmd: "pingreq" });
    for (let packet = await this.next(); packet?.cmd !== "pingresp"; packet = await this.next()) {
      if (packet === undefined) throw new Error("the connection was closed");
    }
  }

  /** Ends the connection without a DISCONNECT. */
  cut(): void {
    this.stream.destroy();
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
