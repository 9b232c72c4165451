import { Socket } from "node:net";
import mqtt, { type IClientOptions, type IConnackPacket, type MqttClient, type Packet } from "mqtt";
import { ConcheError } from "../../errors/conche-error.ts";
import {
  closedByBroker,
  connectionRefused,
  disconnected,
  isHangUp,
  socketFailure,
} from "../../mqtt/broker-failure.ts";
import type { BrokerOptions } from "./broker-options.ts";

/** A PUBACK; on MQTT 3.1.1 its reason code is always 0. */
export type Puback = Extract<Packet, { cmd: "puback" }>;

/** What a client tells its owner. Nothing follows `down`. */
export interface ClientOwner {
  connected(packet: IConnackPacket): void;
  acknowledged(packet: Puback): void;
  /** The connection is over, or never came about. Called once, not after {@link MqttJsClient.leave}. */
  down(error: ConcheError): void;
}

/** One connection made with MQTT.js: a client of its own each time, so that nothing is left over from the last. */
export class MqttJsClient {
  /** To publish and subscribe with; it connects, repeats and ends nothing by itself. */
  readonly js: MqttClient;
  readonly #broker: BrokerOptions;
  readonly #owner: ClientOwner;
  #connack: IConnackPacket | undefined;
  #over = false;

  constructor(broker: BrokerOptions, more: IClientOptions, owner: ClientOwner) {
    this.#broker = broker;
    this.#owner = owner;
    // A copy: MQTT.js writes into the options it is given.
    this.js = mqtt.connect({ ...broker.client, ...more });
    this.js.on("connect", (packet) => this.#connected(packet));
    this.js.on("packetreceive", (packet) => {
      if (packet.cmd === "connack") this.#connack = packet;
      if (packet.cmd === "puback" && !this.#over) owner.acknowledged(packet);
    });
    this.js.on("disconnect", ({ reasonCode, properties }) => {
      this.end(disconnected(broker, reasonCode, properties?.reasonString));
    });
    this.js.on("error", (error) => this.end(this.#failure(error)));
    this.js.on("close", () => this.end(closedByBroker(broker, this.#connack !== undefined)));
  }

  get over(): boolean {
    return this.#over;
  }

  /** Ends the connection over an error. */
  end(error: ConcheError): void {
    if (this.#over) return;
    this.#over = true;
    this.js.end(true);
    this.#owner.down(error);
  }

  /** Disconnects in order, so that the will is not published; gives the broker this long to hang up. */
  async leave(withinMs: number): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    const left = new Promise<void>((resolve) => this.js.end(false, {}, () => resolve()));
    await Promise.race([left, limit]);
    clearTimeout(timer);
    this.js.stream.destroy();
  }

  #connected(packet: IConnackPacket): void {
    if (this.#over) return;
    // MQTT.js leaves Nagle's algorithm on, which holds small packets back until the one before is confirmed.
    if (this.js.stream instanceof Socket) this.js.stream.setNoDelay(true);
    this.#owner.connected(packet);
  }

  /** MQTT.js puts a reason code where Node puts a system error's name: CONNACK's, or its own for a broken protocol. */
  #failure(thrown: Error): ConcheError {
    const { address } = this.#broker;
    const code = "code" in thrown && typeof thrown.code === "number" ? thrown.code : undefined;
    const refusal = this.#connack?.reasonCode || this.#connack?.returnCode;
    if (refusal) return connectionRefused(this.#broker, refusal, this.#connack?.properties?.reasonString);
    if (code !== undefined) {
      return new ConcheError("CONCHE_BROKER_PROTOCOL", {
        message: `${address.display} broke the protocol: ${thrown.message}`,
        cause: thrown,
        retryable: true,
      });
    }
    if (isHangUp(thrown)) return closedByBroker(this.#broker, this.#connack !== undefined);
    return socketFailure(address.display, thrown);
  }
}
