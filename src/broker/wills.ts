import type { ConcheError } from "../errors/conche-error.ts";
import type { BrokerContext } from "./broker-context.ts";
import type { WillDiscard } from "./broker-event.ts";
import { BrokerMessage, topicName } from "./broker-message.ts";
import type { Connection } from "./connection.ts";
import type { PublishIntake } from "./publish-intake.ts";
import type { PendingWill, Session } from "./session.ts";

/** The wills of clients that are gone: published at once or when their delay is over (MQTT 5, 3.1.2.5). */
export class Wills {
  readonly #context: BrokerContext;
  readonly #intake: PublishIntake;
  readonly #forward: (message: BrokerMessage) => void;
  /** Sessions whose wills wait. */
  readonly #waiting = new Set<Session>();

  constructor(context: BrokerContext, intake: PublishIntake, forward: (message: BrokerMessage) => void) {
    this.#context = context;
    this.#intake = intake;
    this.#forward = forward;
  }

  /** The client's connection is gone without a goodbye. */
  left(connection: Connection, session: Session): void {
    const { will, clientId, user, remote } = connection;
    if (will === undefined) return;
    const { topic, payload, qos, retain, properties, delaySeconds } = will;
    const message = new BrokerMessage(topicName(topic), payload, qos, retain, properties, clientId);
    // The will comes with the end of the session at the latest [MQTT-3.1.3-9].
    const delayMs = Math.min(delaySeconds, session.expirySeconds) * 1_000;
    const pending = { message, user, remote, dueAt: this.#context.now() + delayMs };
    if (delayMs === 0) {
      this.#publish(pending);
      return;
    }
    session.will = pending;
    this.#waiting.add(session);
  }

  /** The client is back in time: nobody is to know [MQTT-3.1.3-9]. */
  cancel(session: Session): void {
    session.will = undefined;
    this.#waiting.delete(session);
  }

  /** The session is over, and with it the waiting. */
  sessionEnded(session: Session): void {
    const { will } = session;
    if (will === undefined) return;
    this.cancel(session);
    this.#publish(will);
  }

  /** Publishes those whose delay is over. */
  due(now: number): void {
    for (const session of this.#waiting) {
      if (session.will === undefined || session.will.dueAt <= now) this.sessionEnded(session);
    }
  }

  /** The broker itself ends: that is no machine's failure. */
  discard({ clientId, user, remote, will }: Connection): void {
    if (will === undefined) return;
    const { topic } = will;
    this.#context.report({ kind: "will-discarded", clientId, user, remote, topic, reason: "shutdown" });
  }

  /** The same for those that wait. */
  discardWaiting(): void {
    for (const session of this.#waiting) {
      if (session.will !== undefined) this.#discarded(session.will, "shutdown");
      session.will = undefined;
    }
    this.#waiting.clear();
  }

  /** A will is stored like any message, unless it is the broker's own end that would make the machine seem dead. */
  #publish(will: PendingWill): void {
    const { message, user, remote } = will;
    if (this.#intake.closed) {
      this.#discarded(will, "shutdown");
      return;
    }
    // The right may have been taken away since the CONNECT.
    const subject = { clientId: message.publisher, user, remote };
    if (this.#context.rules.publishRefusal(subject, message.topic) !== undefined) {
      this.#discarded(will, "not-authorized");
      return;
    }
    // Its time begins now (MQTT 5, 3.1.3.2.4).
    const seconds = message.carried?.expirySeconds;
    if (seconds !== undefined) message.expiresAt = this.#context.now() + seconds * 1_000;
    this.#intake.accept(message, (error: ConcheError | undefined) => {
      this.#context.counters.inFlight--;
      if (error === undefined) this.#forward(message);
      else this.#discarded(will, "not-stored");
    });
  }

  #discarded({ message, user, remote }: PendingWill, reason: WillDiscard): void {
    const { topic, publisher: clientId } = message;
    this.#context.report({ kind: "will-discarded", clientId, user, remote, topic, reason });
  }
}
