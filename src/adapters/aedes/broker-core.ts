import { Aedes, type AedesOptions, type Client, type PublishPacket } from "aedes";

type Done = (error?: Error) => void;
type Publish = (packet: PublishPacket, client: Client | null, done: Done) => void;

const nothing = (): void => {};

/** aedes, without what it says to its fellows in a cluster: each connection would cost it several messages. */
export class BrokerCore extends Aedes {
  /** Connected clients by their identifier. */
  declare readonly clients: Record<string, Client>;
  /** Wills that wait for their delay, by the identifier of their client. */
  declare readonly delayedWills: ReadonlyMap<string, unknown>;

  constructor(options: AedesOptions) {
    super(options);
    // aedes looks clients up by identifiers that they choose; a plain object has members of its own.
    Object.assign(this, { clients: Object.create(null) });
  }

  /** aedes' own messages are all on `$SYS/…`; nobody here listens to them. */
  override publish(packet: PublishPacket, client: Client | Done | null, done: Done = nothing): void {
    const callback = typeof client === "function" ? client : done;
    if (packet.topic.startsWith("$")) {
      callback();
      return;
    }
    const publisher = typeof client === "function" ? null : client;
    // Its types leave out the publisher, which the method takes all the same.
    const publish = super.publish as unknown as Publish;
    publish.call(this, packet, publisher, callback);
  }
}
