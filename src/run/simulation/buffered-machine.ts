import type { Identity } from "../../contract/identity.ts";
import type { MessageType } from "../../contract/topic.ts";
import type { PublishOutcome } from "../../mqtt/machine-connection.ts";
import type { Body } from "../../simulator/publishing/machine-voice.ts";
import type { PlayedMachine } from "./player.ts";

/** Says something for a machine; never rejects. */
export type Voice = PlayedMachine["publish"];

/** Pause before a message that couldn't be taken is offered again, milliseconds. */
const AGAIN_MS = 250;

interface Held {
  readonly type: MessageType;
  readonly body: Body;
  readonly identity: Identity | undefined;
  readonly settle: (outcome: PublishOutcome) => void;
}

/**
 * A machine whose outbox may be full for a while: what can't be taken now is kept in order and offered again, and
 * whoever counts its unanswered messages (the player) lets it say no more meanwhile.
 */
export class BufferedMachine implements PlayedMachine {
  readonly #onHeld: () => void;
  readonly #held: Held[] = [];
  #voice: Voice | undefined;
  #lastState: Body | undefined;
  #timer: NodeJS.Timeout | undefined;
  #offering = false;
  #over = false;

  /** @param onHeld called each time something had to be kept back */
  constructor(onHeld: () => void) {
    this.#onHeld = onHeld;
  }

  /** From now on, this takes what the machine says. */
  speakThrough(voice: Voice): void {
    this.#voice = voice;
  }

  publish(type: MessageType, body: Body, identity?: Identity): Promise<PublishOutcome> {
    // What gets its number from the library is said again by the library.
    if (type === "state" && identity !== undefined) this.#lastState = body;
    return new Promise((settle) => {
      const message = { type, body, identity, settle };
      if (this.#held.length > 0) this.#held.push(message);
      else void this.#say(message);
    });
  }

  /** Says its last state again, as a new message: its broker may have published the will meanwhile. */
  restate(): void {
    if (this.#lastState !== undefined) void this.publish("state", this.#lastState);
  }

  /** Keeps nothing back any more: what is held is refused. */
  letGo(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    void this.#offerHeld();
  }

  async #say(message: Held): Promise<void> {
    const outcome = await this.#offer(message);
    if (outcome === undefined) this.#hold(message);
    else message.settle(outcome);
  }

  /** What became of it; undefined where it is to be offered again. */
  async #offer({ type, body, identity }: Held): Promise<PublishOutcome | undefined> {
    const outcome = await this.#voice?.(type, body, identity);
    if (outcome === undefined || this.#over) return outcome;
    // An edge that is being replaced counts as full: the next one takes it.
    const again =
      outcome.kind === "refused" && (outcome.error.retryable || outcome.error.code === "CONCHE_EDGE_CLOSED");
    return again ? undefined : outcome;
  }

  #hold(message: Held): void {
    this.#held.push(message);
    this.#onHeld();
    this.#timer ??= setTimeout(() => void this.#offerHeld(), AGAIN_MS);
  }

  async #offerHeld(): Promise<void> {
    if (this.#offering) return;
    this.#offering = true;
    this.#timer = undefined;
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      const outcome = await this.#offer(first);
      if (outcome === undefined) break;
      this.#held.shift();
      first.settle(outcome);
    }
    this.#offering = false;
    if (this.#held.length === 0) return;
    this.#onHeld();
    this.#timer ??= setTimeout(() => void this.#offerHeld(), AGAIN_MS);
  }
}
