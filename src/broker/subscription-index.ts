import { TopicFilterTree } from "../mqtt/topic-filter-tree.ts";
import type { Session, Subscription } from "./session.ts";
import { SharedGroup } from "./shared-group.ts";

/** A subscriber of a message, once however many of its subscriptions match. */
export interface Recipient {
  readonly session: Session;
  readonly qos: 0 | 1 | 2;
  readonly retainAsPublished: boolean;
  readonly identifiers: readonly number[];
}

const NO_IDENTIFIERS: readonly number[] = [];

/** All subscriptions, found by topic name. */
export class SubscriptionIndex {
  readonly #tree = new TopicFilterTree<Subscription | SharedGroup>();
  /** By filter and name of the group. */
  readonly #groups = new Map<string, SharedGroup>();
  /** Subscriptions to topics of the broker itself. */
  #systemFilters = 0;

  /** What the subscriptions take, about, bytes. */
  get bytes(): number {
    return this.#tree.bytes;
  }

  get size(): number {
    return this.#tree.size;
  }

  /** Whether anybody listens to what the broker says of itself. */
  get hasSystemFilters(): boolean {
    return this.#systemFilters > 0;
  }

  add(subscription: Subscription): void {
    const { group, matched } = subscription;
    if (matched.startsWith("$")) this.#systemFilters++;
    if (group === undefined) {
      this.#tree.add(matched, subscription);
      return;
    }
    const key = keyOf(group, matched);
    let shared = this.#groups.get(key);
    if (shared === undefined) {
      shared = new SharedGroup();
      this.#groups.set(key, shared);
    }
    shared.add(subscription);
    this.#tree.add(matched, shared);
  }

  remove(subscription: Subscription): void {
    const { group, matched } = subscription;
    if (matched.startsWith("$")) this.#systemFilters--;
    if (group === undefined) {
      this.#tree.remove(matched, subscription);
      return;
    }
    const key = keyOf(group, matched);
    const shared = this.#groups.get(key);
    if (shared === undefined) return;
    shared.remove(subscription);
    if (shared.size > 0) return;
    this.#groups.delete(key);
    this.#tree.remove(matched, shared);
  }

  /** Who gets a message on the topic: of each shared subscription one, everybody else once [MQTT-3.3.4-2]. */
  recipients(topic: string, publisher: string): readonly Recipient[] {
    const matches = this.#tree.size === 0 ? [] : this.#tree.match(topic);
    if (matches.length === 0) return [];
    const found: Recipient[] = [];
    let bySession: Map<Session, number> | undefined;
    for (const match of matches) {
      const subscription = match instanceof SharedGroup ? match.next() : match;
      if (subscription === undefined) continue;
      // No Local is about the client, not about the connection [MQTT-3.8.3-3].
      if (subscription.noLocal && subscription.session.clientId === publisher) continue;
      const recipient = recipientOf(subscription);
      // A shared subscription's copy is one of its own (MQTT 5, 4.8.2).
      if (match instanceof SharedGroup || matches.length === 1) {
        found.push(recipient);
        continue;
      }
      bySession ??= new Map();
      const place = bySession.get(recipient.session);
      const other = place === undefined ? undefined : found[place];
      if (place === undefined || other === undefined) {
        bySession.set(recipient.session, found.length);
        found.push(recipient);
      } else found[place] = merged(other, recipient);
    }
    return found;
  }
}

/** The highest QoS, and the identifiers of all [MQTT-3.3.4-4]. */
function merged(one: Recipient, other: Recipient): Recipient {
  return {
    session: one.session,
    qos: other.qos > one.qos ? other.qos : one.qos,
    retainAsPublished: one.retainAsPublished || other.retainAsPublished,
    identifiers: [...one.identifiers, ...other.identifiers],
  };
}

function recipientOf({ session, qos, retainAsPublished, identifier }: Subscription): Recipient {
  const identifiers = identifier === 0 ? NO_IDENTIFIERS : [identifier];
  return { session, qos, retainAsPublished, identifiers };
}

/** No name of a group has a slash [MQTT-4.8.2-1]. */
function keyOf(group: string, filter: string): string {
  return `${group}/${filter}`;
}
