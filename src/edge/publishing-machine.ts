import { DELIVERY_POLICY } from "../contract/policy.ts";
import { type MachineAddress, type MessageType, machineKeyOf, upTopic } from "../contract/topic.ts";
import type {
  ConnectMachine,
  MachineConnection,
  PublishedMessage,
  PublishOutcome,
} from "./machine-connection.ts";

/** A payload before it has an identity. */
export type Body = Readonly<Record<string, unknown>>;

/** How a machine's messages are numbered; version 1 payloads carry no identity. */
export interface Numbering {
  readonly boot: string;
}

/**
 * One machine on the wire: gives each payload its identity and its type's QoS and retain flag. The order of calls
 * is the order of numbers is the order on the connection.
 */
export class PublishingMachine {
  readonly address: MachineAddress;
  readonly #connection: MachineConnection;
  readonly #numbering: Numbering | undefined;
  #seq = 0;

  private constructor(
    address: MachineAddress,
    connection: MachineConnection,
    numbering: Numbering | undefined,
  ) {
    this.address = address;
    this.#connection = connection;
    this.#numbering = numbering;
  }

  /**
   * Connects a machine. Its will carries no number: it may be published at any later time, or never, and a number
   * set aside for it would be a gap until then.
   */
  static async connect(
    address: MachineAddress,
    connect: ConnectMachine,
    will: Body,
    numbering: Numbering | undefined,
  ): Promise<PublishingMachine> {
    const clientId = machineKeyOf(address).replaceAll("/", ".");
    const connection = await connect(clientId, published(address, "state", will));
    return new PublishingMachine(address, connection, numbering);
  }

  publish(type: MessageType, body: Body): Promise<PublishOutcome> {
    return this.#connection.publish(published(this.address, type, this.#numbered(body)));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #numbered(body: Body): Body {
    if (this.#numbering === undefined) return body;
    const { v, ts, ...rest } = body;
    return { v, ts, boot: this.#numbering.boot, seq: ++this.#seq, ...rest };
  }
}

function published(address: MachineAddress, type: MessageType, body: Body): PublishedMessage {
  const { qos, retain } = DELIVERY_POLICY[type];
  const version = typeof body.v === "number" ? body.v : 1;
  return {
    topic: upTopic(address, type),
    payload: JSON.stringify(body),
    qos,
    retain,
    schema: `${type}/${version}`,
  };
}
