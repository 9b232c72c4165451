import type { ConcheError } from "../../errors/conche-error.ts";
import { Backoff } from "../../mqtt/backoff.ts";
import { REASON } from "../../mqtt/reason-codes.ts";
import type { SubackPacket } from "../../mqtt/wire/answer-reader.ts";
import { ProtocolViolation } from "../../mqtt/wire/protocol-violation.ts";
import type { Cancel } from "../../time/clock.ts";
import { readSuback, subscribeRequest } from "./handshake.ts";
import type { ConsumerSettings } from "./options.ts";
import { SUBSCRIBE_PACKET_ID } from "./outgoing-publishes.ts";

/** What a subscription tells its connection. */
export interface SubscriptionDependencies {
  readonly settings: ConsumerSettings;
  readonly write: (bytes: Buffer) => void;
  /** The next SUBSCRIBE may make a subscription that was not there: the broker replays what it has retained. */
  readonly maySubscribeAnew: () => void;
  readonly granted: () => void;
  readonly refused: (error: ConcheError, retryInMs: number) => void;
}

/**
 * The subscription of one connection. It is asked for at every connect, whether the broker has kept it or not: an
 * access rule may have changed since. What isn't granted with the QoS it needs is asked for again, with backoff
 * and without dropping the connection, because what does arrive is better stored than not.
 */
export class Subscription {
  readonly #dependencies: SubscriptionDependencies;
  readonly #backoff: Backoff;
  #asked: readonly string[];
  #awaiting = false;
  #downgraded: ConcheError | undefined;
  #everAnswered = false;
  #cancel: Cancel | undefined;

  constructor(dependencies: SubscriptionDependencies) {
    this.#dependencies = dependencies;
    this.#backoff = new Backoff(dependencies.settings.retry, dependencies.settings.random);
    this.#asked = dependencies.settings.filters;
  }

  /** Whether the broker has answered at least once on this connection. */
  get everAnswered(): boolean {
    return this.#everAnswered;
  }

  /** Set while the broker grants a lower QoS than it was asked for. */
  get downgraded(): ConcheError | undefined {
    return this.#downgraded;
  }

  /** @param kept whether the broker has kept our session, hence the subscription with it */
  ask(kept = false): void {
    const { settings, write, maySubscribeAnew } = this.#dependencies;
    if (!kept) maySubscribeAnew();
    this.#awaiting = true;
    write(subscribeRequest(this.#asked, SUBSCRIBE_PACKET_ID, settings.protocol));
  }

  /** @throws ProtocolViolation when the answer isn't one to what was asked */
  answered(packet: SubackPacket): void {
    if (!this.#awaiting || packet.packetId !== SUBSCRIBE_PACKET_ID) {
      throw new ProtocolViolation(REASON.PROTOCOL_ERROR, "SUBACK without a SUBSCRIBE");
    }
    if (packet.codes.length !== this.#asked.length) {
      throw new ProtocolViolation(
        REASON.PROTOCOL_ERROR,
        "SUBACK with another number of filters than SUBSCRIBE",
      );
    }
    this.#awaiting = false;
    this.#everAnswered = true;
    const refusal = readSuback(packet, this.#asked);
    this.#downgraded = refusal?.error.code === "CONCHE_QOS_DOWNGRADED" ? refusal.error : undefined;
    if (refusal === undefined) {
      this.#dependencies.granted();
      return;
    }
    this.#asked = refusal.filters;
    const retryInMs = this.#backoff.next();
    this.#cancel = this.#dependencies.settings.clock.after(retryInMs, () => this.ask());
    this.#dependencies.refused(refusal.error, retryInMs);
  }

  stop(): void {
    this.#cancel?.();
  }
}
