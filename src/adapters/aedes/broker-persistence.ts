import { Readable } from "node:stream";
import type { Client } from "aedes";
import { type KeptMessage, keep, type PassingMessage } from "./kept-message.ts";
import type { RetainedStore } from "./retained-store.ts";
import type { Recipient, SessionStore, StoredSubscription } from "./session-store.ts";

/** What only the connection knows about a client. */
export interface ClientKnowledge {
  userOf(client: Client): string | undefined;
  /** Whether the client was allowed to subscribe to the filter. */
  granted(client: Client, filter: string): boolean;
  /** Resolves as soon as the client can be sent another message. */
  room(client: Client): Promise<void>;
}

/** What aedes says about a client here: the client itself, or no more than its identifier. */
type ClientId = Pick<Client, "id">;

/** The packet a delivery is about: a PUBLISH on its way out, or the client's answer to one. */
interface OutgoingPacket {
  readonly messageId?: number;
  readonly brokerCounter?: number;
}

/**
 * What aedes calls its persistence: sessions and retained messages, in memory and bounded. Method names, arguments
 * and that all of them are asynchronous are aedes' (docs/Aedes.md, "persistence").
 */
export class BrokerPersistence {
  readonly #sessions: SessionStore;
  readonly #retained: RetainedStore;
  readonly #clients: ClientKnowledge;

  constructor(sessions: SessionStore, retained: RetainedStore, clients: ClientKnowledge) {
    this.#sessions = sessions;
    this.#retained = retained;
    this.#clients = clients;
  }

  async setup(): Promise<void> {}

  async storeRetained(message: PassingMessage): Promise<void> {
    this.#retained.store(message);
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(this.#retained.match(filters));
  }

  /** aedes hands over all subscriptions of a SUBSCRIBE when one of them was allowed. */
  async addSubscriptions(client: Client, subscriptions: readonly StoredSubscription[]): Promise<void> {
    const granted = subscriptions.filter(({ topic }) => this.#clients.granted(client, topic));
    this.#sessions.subscribe(client.id, this.#clients.userOf(client), granted);
  }

  async removeSubscriptions(client: ClientId, filters: readonly string[]): Promise<void> {
    this.#sessions.unsubscribe(client.id, filters);
  }

  async subscriptionsByClient(client: ClientId): Promise<StoredSubscription[]> {
    return this.#sessions.subscriptions(client.id);
  }

  async subscriptionsByTopic(topic: string): Promise<readonly Recipient[]> {
    return this.#sessions.recipients(topic);
  }

  /** Called where a session ends: at a clean start, and when its time is over. */
  async cleanSubscriptions(client: ClientId): Promise<void> {
    this.#sessions.end(client.id);
  }

  async outgoingEnqueue(recipient: { readonly clientId: string }, message: PassingMessage): Promise<void> {
    this.#sessions.enqueue(recipient.clientId, keep(message));
  }

  async outgoingEnqueueCombi(recipients: readonly Recipient[], message: PassingMessage): Promise<void> {
    if (recipients.length === 0) return;
    const kept = keep(message);
    for (const { clientId } of recipients) this.#sessions.enqueue(clientId, { ...kept });
  }

  /** A message that was let go of meanwhile is delivered all the same, only not again. */
  async outgoingUpdate(client: ClientId, packet: OutgoingPacket): Promise<void> {
    if (packet.brokerCounter === undefined || packet.messageId === undefined) return;
    this.#sessions.identify(client.id, packet.brokerCounter, packet.messageId);
  }

  async outgoingClearMessageId(client: ClientId, packet: OutgoingPacket): Promise<KeptMessage | undefined> {
    return this.#sessions.acknowledge(client.id, packet);
  }

  /** No faster than the client acknowledges, where it asked for that. */
  outgoingStream(client: Client): Readable {
    return Readable.from(this.#paced(client), { highWaterMark: 1 });
  }

  async *#paced(client: Client): AsyncGenerator<KeptMessage> {
    for (const message of this.#sessions.unacknowledged(client.id)) {
      await this.#clients.room(client);
      yield message;
    }
  }

  /** What QoS 2 needs, which no client can publish with. */
  async incomingStorePacket(): Promise<void> {
    throw new Error("QoS 2 is not supported");
  }

  async incomingGetPacket(): Promise<never> {
    throw new Error("no such packet");
  }

  async incomingDelPacket(): Promise<never> {
    throw new Error("no such packet");
  }

  /** Wills stay with their connection: what is kept here would be for other brokers of a cluster. */
  async putWill(): Promise<void> {}

  async delWill(): Promise<void> {}

  streamWill(): Readable {
    return Readable.from([]);
  }
}
