import { VERDICT_PROPERTY } from "../contract/identity.ts";
import type { DeliveredTransfer } from "../mqtt/delivery.ts";
import type { MessageProperties } from "../mqtt/wire/message-properties.ts";
import { BrokerMessage, type TopicName } from "./broker-message.ts";
import type { Connection } from "./connection.ts";
import type { Session } from "./session.ts";

/** A client whose CONNECT is accepted: its connection, and what outlives it. */
export interface Client {
  readonly connection: Connection;
  readonly session: Session;
}

/** A message of a client, which knows whom to acknowledge. */
export class ClientMessage extends BrokerMessage {
  readonly client: Client;
  /** 0 at QoS 0: there is none to acknowledge. */
  readonly packetId: number;
  readonly dup: boolean;

  constructor(
    client: Client,
    name: TopicName,
    payload: Buffer,
    qos: 0 | 1 | 2,
    retain: boolean,
    dup: boolean,
    packetId: number,
    carried: MessageProperties | undefined,
  ) {
    super(name, payload, qos, retain, carried, client.connection.clientId);
    this.client = client;
    this.packetId = packetId;
    this.dup = dup;
  }

  /** One that can't be told isn't worth finding out for. */
  override get wantsVerdict(): boolean {
    const { carried, client } = this;
    if (carried === undefined || this.qos === 0) return false;
    const { version, wantsReasons } = client.connection;
    if (!wantsReasons || version !== 5) return false;
    return carried.delivered.userProperties?.[VERDICT_PROPERTY] !== undefined;
  }

  override get transfer(): DeliveredTransfer | undefined {
    if (this.qos === 0) return undefined;
    const { session } = this.client;
    const once = this.qos === 2 && !session.ended && session.expirySeconds > 0;
    return { sender: this.publisher, packetId: this.packetId, repeated: this.dup, once };
  }
}
