import type { Cancel, Clock } from "../../time/clock.ts";

/** What liveness needs from its connection. */
export interface LivenessDependencies {
  readonly clock: Clock;
  /** The keepalive agreed with the broker, milliseconds; 0 turns it off on both sides. */
  readonly keepaliveMs: number;
  /** Sends a PINGREQ. */
  readonly ping: () => void;
  /** Called once when the broker has been silent for too long. */
  readonly lost: (silentMs: number) => void;
}

/** A PINGREQ goes out after this part of the keepalive, and half a keepalive is left for its answer. */
const PING_AFTER = 0.9;
const ANSWER_WITHIN = 0.5;

/**
 * Keepalive of one connection, both ways: the broker hears from us within every keepalive [MQTT-3.1.2-24], and a
 * peer that is gone without a word (half-open TCP) is noticed within 1.5 keepalives.
 *
 * While reading is suspended for backpressure, silence is our own doing: the answers wait in the socket, so they
 * aren't missed, but PINGREQs still go out.
 */
export class Liveness {
  readonly #dependencies: LivenessDependencies;
  #lastInbound: number;
  #lastOutbound: number;
  #pingedAt: number | undefined;
  #suspended = false;
  #cancel: Cancel | undefined;

  constructor(dependencies: LivenessDependencies) {
    this.#dependencies = dependencies;
    this.#lastInbound = this.#lastOutbound = dependencies.clock.now();
    this.#arm();
  }

  /** Bytes have come in. Called for every chunk, so it only notes the time; the timer looks at it when it is due. */
  inbound(): void {
    this.#lastInbound = this.#dependencies.clock.now();
    this.#pingedAt = undefined;
  }

  outbound(): void {
    this.#lastOutbound = this.#dependencies.clock.now();
  }

  suspend(): void {
    this.#suspended = true;
  }

  resume(): void {
    this.#suspended = false;
    this.inbound();
  }

  stop(): void {
    this.#cancel?.();
  }

  #arm(): void {
    const { clock, keepaliveMs } = this.#dependencies;
    if (keepaliveMs === 0) return;
    this.#cancel = clock.after(Math.max(1, this.#dueAt() - clock.now()), () => this.#check());
  }

  #dueAt(): number {
    const { keepaliveMs } = this.#dependencies;
    if (this.#suspended) return this.#lastOutbound + keepaliveMs * PING_AFTER;
    if (this.#pingedAt !== undefined) return this.#pingedAt + keepaliveMs * ANSWER_WITHIN;
    return Math.min(this.#lastInbound, this.#lastOutbound) + keepaliveMs * PING_AFTER;
  }

  #check(): void {
    const { clock, ping } = this.#dependencies;
    if (clock.now() >= this.#dueAt()) {
      if (this.#pingedAt !== undefined && !this.#suspended) {
        this.#suspectLoss(this.#lastInbound);
        return;
      }
      if (!this.#suspended) this.#pingedAt = clock.now();
      this.outbound();
      ping();
    }
    this.#arm();
  }

  /**
   * The answer may be in the socket already, unread because this process was busy (a long commit) or asleep: one
   * more turn of the event loop reads it.
   */
  #suspectLoss(lastInbound: number): void {
    const { clock, lost } = this.#dependencies;
    this.#cancel = clock.after(1, () => {
      if (this.#suspended || this.#lastInbound !== lastInbound) this.#arm();
      else lost(clock.now() - lastInbound);
    });
  }
}
