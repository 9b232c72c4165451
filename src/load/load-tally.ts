import { countError, type LoadCounts, NO_COUNTS } from "./load-counts.ts";

/** The counts of one thread while they change. Times are milliseconds of one clock that only goes forward. */
export class LoadTally {
  #counts: Mutable<LoadCounts> = { ...NO_COUNTS };
  #errors: Record<string, number> = {};
  #startedAt = 0;
  readonly #onLatency: (ms: number) => void;

  /** @param onLatency hears how long each acknowledgement took, milliseconds */
  constructor(onLatency: (ms: number) => void) {
    this.#onLatency = onLatency;
  }

  /** The load begins. */
  begin(atMs: number): void {
    this.#startedAt = atMs;
  }

  connected(): void {
    this.#counts.connected++;
  }

  /** A connection broke, with what it had not been answered. */
  lost(unanswered: number, words: string): void {
    this.#counts.connected--;
    this.#counts.lostConnections++;
    this.unanswered(unanswered);
    this.failed(words);
  }

  /** Something went wrong. */
  failed(words: string): void {
    countError(this.#errors, words);
  }

  /** Messages went out; with QoS 0 that is all that is ever known of them. */
  sent(count: number, awaited: boolean, atMs: number): void {
    this.#counts.sent += count;
    if (awaited) this.#counts.inFlight += count;
    else {
      this.#counts.acknowledged += count;
      this.#counts.lastMs = atMs - this.#startedAt;
    }
  }

  acknowledged(latencyMs: number, atMs: number): void {
    this.#counts.acknowledged++;
    this.#answered(latencyMs, atMs);
  }

  unheard(): void {
    this.#counts.unheard++;
  }

  refused(words: string, latencyMs: number, atMs: number): void {
    this.#counts.refused++;
    this.failed(words);
    this.#answered(latencyMs, atMs);
  }

  unanswered(count: number): void {
    this.#counts.inFlight -= count;
    this.#counts.unanswered += count;
  }

  get inFlight(): number {
    return this.#counts.inFlight;
  }

  counts(): LoadCounts {
    return { ...this.#counts, errors: { ...this.#errors } };
  }

  #answered(latencyMs: number, atMs: number): void {
    this.#counts.inFlight--;
    this.#counts.lastMs = atMs - this.#startedAt;
    this.#onLatency(latencyMs);
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
