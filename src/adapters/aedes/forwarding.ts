import type { PublishPacket } from "aedes";
import type { AccessRules } from "../../access/access-rules.ts";
import { REASON } from "../../mqtt/reason-codes.ts";
import { matchesFilter } from "../../mqtt/topic-rules.ts";
import type { BrokerCore } from "./broker-core.ts";
import type { DeliveryDrop } from "./broker-event.ts";
import type { BrokerJournal } from "./broker-journal.ts";
import type { BrokerLimits } from "./broker-limits.ts";
import type { BrokerMessage } from "./broker-message.ts";
import type { ClientLink } from "./client-link.ts";
import { publishBytes } from "./outgoing-rules.ts";
import type { SessionStore } from "./session-store.ts";
import type { TopicRouter } from "./topic-router.ts";

/** What goes out to subscribers, and what must not. */
export class Forwarding {
  readonly #core: BrokerCore;
  readonly #router: TopicRouter;
  readonly #sessions: SessionStore;
  readonly #rules: AccessRules;
  readonly #limits: BrokerLimits;
  readonly #journal: BrokerJournal;

  constructor(
    core: BrokerCore,
    router: TopicRouter,
    sessions: SessionStore,
    rules: AccessRules,
    limits: BrokerLimits,
    journal: BrokerJournal,
  ) {
    this.#core = core;
    this.#router = router;
    this.#sessions = sessions;
    this.#rules = rules;
    this.#limits = limits;
    this.#journal = journal;
  }

  /** Forwards a message that is on disk. Most of what machines say has no subscriber, and costs nothing here. */
  forward(message: BrokerMessage): void {
    const { topic } = message;
    if (!message.retain && !this.#router.reaches(topic) && this.#sessions.recipients(topic).length === 0)
      return;
    this.#core.publish(message.toForward(), message.link.client);
  }

  /** Whether a client gets a message that it has subscribed to. */
  admits(link: ClientLink, packet: PublishPacket & { readonly messageId?: number }): boolean {
    if (link.phase === "closed") return false;
    if (!this.#rules.mayReceive(link, packet.topic)) {
      this.#dropped(link, packet, "not-authorized");
      return false;
    }
    const largest = link.client.maximumPacketSize;
    if (largest !== undefined && publishBytes(packet) > largest) {
      // It must not be sent (MQTT 5, 3.1.2.11.4).
      this.#dropped(link, packet, "too-large");
      return false;
    }
    // One from the session's queue has an identifier already; these come no faster than the client takes them.
    if (packet.messageId !== undefined || link.stream.backlog <= this.#limits.backlogBytes) return true;
    this.#dropped(link, packet, "backlog");
    // Whoever is owed every message must know that one is missing.
    if (packet.qos > 0 && expectsEvery(link, packet.topic)) {
      link.close(REASON.QUOTA_EXCEEDED, "too much waits to be read");
    }
    return false;
  }

  #dropped(link: ClientLink, packet: PublishPacket, reason: DeliveryDrop): void {
    const { clientId, user, remote } = link;
    this.#journal.report({ kind: "delivery-dropped", clientId, user, remote, topic: packet.topic, reason });
  }
}

function expectsEvery(link: ClientLink, topic: string): boolean {
  for (const [filter, qos] of link.filters) {
    if (qos > 0 && matchesFilter(filter, topic)) return true;
  }
  return false;
}
