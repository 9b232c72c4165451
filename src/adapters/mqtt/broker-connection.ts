import { Socket } from "node:net";
import mqtt, { type IConnackPacket, type MqttClient, type Packet } from "mqtt";
import type { ConcheError } from "../../errors/conche-error.ts";
import type { PublishedMessage } from "../../mqtt/machine-connection.ts";
import { connectionFailure, disconnectReason, unreachable } from "./broker-failure.ts";
import { type BrokerOptions, publishOptions } from "./broker-options.ts";

/** What the broker allows on a connection, as it said in CONNACK. */
export interface BrokerLimits {
  /** QoS 1 messages it takes ahead of its acknowledgements. */
  readonly receiveMaximum: number;
  readonly maximumPacketBytes: number;
}

/** What a connection tells its owner. Nothing follows `down`. */
export interface BrokerConnectionOwner {
  up(limits: BrokerLimits): void;
  /** A PUBACK; on MQTT 3.1.1 the reason code is always 0. */
  answered(packetId: number, reasonCode: number, reasonString: string | undefined): void;
  /** The connection is over, or never came about. Called once. */
  down(error: ConcheError): void;
}

/** One connection made with MQTT.js: a client of its own each time, so that nothing is left over from the last. */
export class BrokerConnection {
  readonly #client: MqttClient;
  readonly #protocol: 4 | 5;
  readonly #owner: BrokerConnectionOwner;
  #why: ConcheError | undefined;
  #over = false;

  constructor(broker: BrokerOptions, protocol: 4 | 5, owner: BrokerConnectionOwner) {
    this.#protocol = protocol;
    this.#owner = owner;
    // A copy: MQTT.js writes into the options it is given.
    this.#client = mqtt.connect({ ...broker.client });
    this.#client.on("connect", (packet) => this.#up(packet));
    this.#client.on("packetreceive", (packet) => {
      if (packet.cmd === "puback") this.#acknowledged(packet);
    });
    this.#client.on("disconnect", (packet) => {
      this.#why ??= unreachable(broker.display, disconnectReason(packet));
    });
    this.#client.on("error", (error) => {
      this.#down(this.#why ?? connectionFailure(broker.display, protocol, error));
    });
    this.#client.on("close", () => {
      this.#down(this.#why ?? unreachable(broker.display, "closed by the broker"));
    });
  }

  /**
   * Sends a message. For QoS 1 it returns the packet identifier that `answered` will name; for QoS 0 it calls
   * `written` when the network has taken it.
   */
  publish(message: PublishedMessage, written: () => void): number {
    const options = publishOptions(message, this.#protocol);
    this.#client.publish(message.topic, message.payload, options, (error) => {
      if (message.qos === 0 && !error && !this.#over) written();
    });
    // Without MQTT.js's own store in use, publishing is synchronous up to the socket's buffer.
    return message.qos === 0 ? 0 : this.#client.getLastMessageId();
  }

  /** Disconnects in order, so that the will is not published; gives the broker this long to hang up. */
  async close(timeoutMs: number): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    const left = new Promise<void>((resolve) => this.#client.end(false, {}, () => resolve()));
    await Promise.race([left, limit]);
    clearTimeout(timer);
    this.#client.stream.destroy();
  }

  #up(packet: IConnackPacket): void {
    if (this.#over) return;
    // MQTT.js leaves Nagle's algorithm on, which holds small packets back until the one before is confirmed.
    if (this.#client.stream instanceof Socket) this.#client.stream.setNoDelay(true);
    this.#owner.up({
      receiveMaximum: packet.properties?.receiveMaximum ?? 65_535,
      maximumPacketBytes: packet.properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    });
  }

  #acknowledged({ messageId = 0, reasonCode = 0, properties }: Extract<Packet, { cmd: "puback" }>): void {
    if (!this.#over) this.#owner.answered(messageId, reasonCode, properties?.reasonString);
  }

  #down(error: ConcheError): void {
    if (this.#over) return;
    this.#over = true;
    this.#client.end(true);
    this.#owner.down(error);
  }
}
