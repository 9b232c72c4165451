import type { IConnackPacket } from "mqtt";
import type { ConcheError } from "../../errors/conche-error.ts";
import type { PublishedMessage } from "../../mqtt/machine-connection.ts";
import { type BrokerOptions, publishOptions } from "./broker-options.ts";
import { MqttJsClient } from "./mqtt-js-client.ts";

/** What the broker allows on a connection, as it said in CONNACK. */
export interface ConnackLimits {
  /** QoS 1 messages it takes ahead of its acknowledgements. */
  readonly receiveMaximum: number;
  readonly maximumPacketBytes: number;
}

/** What a connection tells its owner. Nothing follows `down`. */
export interface BrokerConnectionOwner {
  up(limits: ConnackLimits): void;
  /** A PUBACK; on MQTT 3.1.1 the reason code is always 0. */
  answered(packetId: number, reasonCode: number, reasonString: string | undefined): void;
  /** The connection is over, or never came about. Called once. */
  down(error: ConcheError): void;
}

/** A machine's connection to its broker. */
export class BrokerConnection {
  readonly #client: MqttJsClient;
  readonly #protocol: 4 | 5;
  readonly #owner: BrokerConnectionOwner;

  constructor(broker: BrokerOptions, owner: BrokerConnectionOwner) {
    this.#protocol = broker.protocol;
    this.#owner = owner;
    this.#client = new MqttJsClient(
      broker,
      {},
      {
        connected: (packet) => this.#connected(packet),
        acknowledged: ({ messageId = 0, reasonCode = 0, properties }) => {
          owner.answered(messageId, reasonCode, properties?.reasonString);
        },
        down: (error) => owner.down(error),
      },
    );
  }

  /**
   * Sends a message. For QoS 1 it returns the packet identifier that `answered` will name; for QoS 0 it calls
   * `written` when the network has taken it.
   */
  publish(message: PublishedMessage, written: () => void): number {
    const { js } = this.#client;
    js.publish(message.topic, message.payload, publishOptions(message, this.#protocol), (error) => {
      if (message.qos === 0 && !error && !this.#client.over) written();
    });
    // Without MQTT.js's own store in use, publishing is synchronous up to the socket's buffer.
    return message.qos === 0 ? 0 : js.getLastMessageId();
  }

  /** Disconnects in order, so that the will is not published; gives the broker this long to hang up. */
  close(withinMs: number): Promise<void> {
    return this.#client.leave(withinMs);
  }

  #connected({ properties }: IConnackPacket): void {
    this.#owner.up({
      receiveMaximum: properties?.receiveMaximum ?? 65_535,
      maximumPacketBytes: properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    });
  }
}
