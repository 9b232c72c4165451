import type { Cancel, Clock } from "../../time/clock.ts";

/** How long after a SUBSCRIBE a broker may take to replay what it has retained, milliseconds. */
const WINDOW_MS = 60_000;
/** Topics that are remembered as replayed, characters; past that nothing more is suspected. */
const TOPIC_CHARACTERS = 4 * 1024 * 1024;

/**
 * Tells which messages may be the broker's replay of what it has retained, and which are live for certain. A replay
 * follows a SUBSCRIBE that made a subscription (MQTT 5, 3.8.3.1), once per topic, and carries RETAIN. With MQTT 5 a
 * live message carries the flag too, as its publisher set it; with 3.1.1 nothing but a replay does [MQTT-3.3.1-9].
 *
 * WHY it matters: a machine without identity may say the same bytes again and mean a new event, such as the will of
 * one that crashes three times.
 */
export class ReplayWindow {
  readonly #clock: Clock;
  readonly #onlyReplaysRetain: boolean;
  #replayed: Set<string> | undefined;
  #characters = 0;
  #cancel: Cancel | undefined;

  constructor(protocol: 4 | 5, clock: Clock) {
    this.#onlyReplaysRetain = protocol === 4;
    this.#clock = clock;
  }

  /** A SUBSCRIBE goes out that may make a subscription. */
  open(): void {
    if (this.#onlyReplaysRetain) return;
    this.close();
    this.#replayed = new Set();
    this.#cancel = this.#clock.after(WINDOW_MS, () => this.close());
  }

  close(): void {
    this.#cancel?.();
    this.#replayed = undefined;
    this.#characters = 0;
  }

  /** Whether a message that has come may be a replay; asked once per message, in the order they come. */
  mayBeReplay(topic: string, retain: boolean): boolean {
    if (!retain || this.#onlyReplaysRetain) return retain;
    if (this.#replayed === undefined || this.#replayed.has(topic)) return false;
    this.#characters += topic.length;
    if (this.#characters > TOPIC_CHARACTERS) {
      this.close();
      return false;
    }
    this.#replayed.add(topic);
    return true;
  }
}
