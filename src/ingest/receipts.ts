import { type DownSigner, signDown } from "../contract/signature.ts";
import { downTopic, type MachineKey } from "../contract/topic.ts";
import { ConcheError, messageOf } from "../errors/conche-error.ts";
import type { CommitGroup } from "../log/message-log.ts";
import type { SequenceState } from "../log/sequence-state.ts";
import type { OutgoingMessage } from "../mqtt/delivery.ts";
import type { Clock } from "../time/clock.ts";
import type { CommittedGroup, IngestObserver } from "./observer.ts";
import { RecentMap } from "./recent-map.ts";
import { receiptOf } from "./sequence-tracker.ts";

/** Bounds of the receipts' rate. */
export interface ReceiptRate {
  /** At most one receipt per publisher in this time, milliseconds. */
  readonly intervalMs: number;
  /** Receipts of all publishers together per second. */
  readonly perSecond: number;
  /** Receipts handed to the broker and not answered by it. */
  readonly inFlight: number;
  /** First and longest pause after a receipt could not be handed over, milliseconds. */
  readonly retryMs: readonly [first: number, longest: number];
}

/**
 * A quarter of a second holds back a fraction of a second's messages in an outbox, and a machine's burst gets two
 * receipts. 2,000 per second serve as many machines within a second, and 20,000 before their publishers' patience
 * (10 s, EDGE_DEFAULTS) ends and they would begin to send again.
 */
export const RECEIPT_RATE = {
  intervalMs: 250,
  perSecond: 2_000,
  inFlight: 256,
  retryMs: [250, 5_000],
} as const satisfies ReceiptRate;

/** How often due receipts are looked at, milliseconds; also how long the first one waits for company. */
const TICK_MS = 50;
/** Publishers waiting for their receipt; past it those that wait longest must speak again to get one. */
const DUE_LIMIT = 50_000;
/** Machines whose newest boot is known. */
const MACHINES_KEPT = 50_000;

/** A way to the broker, and two clocks. */
export interface ReceiptSchedulerDependencies {
  /** Hands a receipt to the broker. */
  readonly publish: (message: OutgoingMessage) => Promise<void>;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly rate?: ReceiptRate;
  /** Without one, receipts are not signed. */
  readonly signer?: DownSigner | undefined;
}

/** What has become of receipts since the start, and how many publishers wait for one. */
export interface ReceiptStatus {
  /** Taken by the broker since the start. */
  readonly published: number;
  /** Attempts that failed since the start; each is repeated. */
  readonly failures: number;
  /** Publishers that are owed one now. */
  readonly waiting: number;
  /** Why the last attempt failed, until one succeeds again. */
  readonly failing: ConcheError | undefined;
}

/** What a machine is told; without a state, that nothing is known of it. */
interface Owed {
  readonly machine: MachineKey;
  readonly state: SequenceState | undefined;
}

/**
 * Tells publishers what is on disk: after commits, never before, at a bounded rate, those first who wait longest.
 *
 * Whatever a publisher sends makes a receipt due, a mere repetition too: who repeats what is on disk has not heard
 * of it, because a broker lost the receipt, or because the topic's one retained receipt is of another boot. So each
 * boot of a machine gets its own in the end, though only the newest one's is retained.
 */
export class ReceiptScheduler implements IngestObserver {
  readonly #dependencies: ReceiptSchedulerDependencies;
  readonly #rate: ReceiptRate;
  /** What is to be said of each publisher, in its newest state; those first that have waited longest. */
  readonly #due = new RecentMap<string, Owed>(DUE_LIMIT);
  /** Until when publishers rest that had a receipt just now, in the order in which they may have the next. */
  readonly #rests = new Map<string, number>();
  readonly #inFlight = new Set<string>();
  /** Only the newest boot's receipt is retained: publishers look at those of their own boots only. */
  readonly #newestBoot = new RecentMap<MachineKey, string>(MACHINES_KEPT);
  #cancelTick: (() => void) | undefined;
  #published = 0;
  #failures = 0;
  #failing: ConcheError | undefined;
  #pauseMs = 0;
  #pausedUntil = 0;
  #closed = false;

  constructor(dependencies: ReceiptSchedulerDependencies) {
    this.#dependencies = dependencies;
    this.#rate = dependencies.rate ?? RECEIPT_RATE;
  }

  get status(): ReceiptStatus {
    return {
      published: this.#published,
      failures: this.#failures,
      waiting: this.#due.size,
      failing: this.#failing,
    };
  }

  committed(group: CommittedGroup): void {
    this.owed(group.sequences);
  }

  replayed(group: CommitGroup): void {
    this.owed(group.sequences);
  }

  commitFailed(): void {
    // Nothing became durable, so there is nothing to tell.
  }

  /**
   * These publishers are owed a receipt. After a start: all who may still wait for one that the process before
   * could not send, or that a broker has lost. What it says replaces what the broker has retained, which may be more
   * than is true when the log was restored from a backup.
   */
  owed(states: readonly SequenceState[]): void {
    for (const state of states) {
      const newest = this.#newestBoot.get(state.machine);
      if (newest === undefined || newest < state.boot) this.#newestBoot.set(state.machine, state.boot);
      this.#due.delete(state.machine);
      this.#due.replace(`${state.machine} ${state.boot}`, { machine: state.machine, state });
    }
    this.#schedule();
  }

  /**
   * Nothing is known of these machines: a receipt that a broker has retained for them is of another log, or of this
   * one before it was restored from a backup, and is taken away.
   */
  unknown(machines: readonly MachineKey[]): void {
    for (const machine of machines) {
      if (this.#newestBoot.get(machine) === undefined) this.#due.add(machine, { machine, state: undefined });
    }
    this.#schedule();
  }

  /**
   * At shutdown: publishes everything due, resting or not (publishers learn what the last commit covered), and then
   * never again. What a broker doesn't take by now is owed by the next start.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    for (;;) {
      const batch = [...this.#due.entries()].slice(0, this.#rate.inFlight);
      if (batch.length === 0) return;
      const failures = this.#failures;
      for (const [key] of batch) this.#due.delete(key);
      await Promise.all(batch.map(([key, owed]) => this.#hand(key, owed)));
      // A broker that takes no more now will not take the rest either.
      if (this.#failures > failures) return;
    }
  }

  #schedule(): void {
    if (this.#closed || this.#due.size === 0 || this.#cancelTick !== undefined) return;
    this.#cancelTick = this.#dependencies.clock.after(TICK_MS, () => {
      this.#cancelTick = undefined;
      this.#tick();
      this.#schedule();
    });
  }

  #tick(): void {
    const now = this.#dependencies.clock.now();
    for (const [key, until] of this.#rests) {
      if (until > now) break;
      this.#rests.delete(key);
    }
    if (now < this.#pausedUntil) return;
    let budget = Math.ceil((this.#rate.perSecond * TICK_MS) / 1_000);
    for (const [key, owed] of this.#due.entries()) {
      if (budget === 0 || this.#inFlight.size >= this.#rate.inFlight) break;
      if (this.#rests.has(key) || this.#inFlight.has(key)) continue;
      budget--;
      this.#due.delete(key);
      this.#rests.set(key, now + this.#rate.intervalMs);
      void this.#send(key, owed);
    }
  }

  async #send(key: string, owed: Owed): Promise<void> {
    this.#inFlight.add(key);
    await this.#hand(key, owed);
    this.#inFlight.delete(key);
  }

  /** Hands a receipt over. Never rejects: one that isn't taken is due again, and says then what is true then. */
  async #hand(key: string, owed: Owed): Promise<void> {
    const { publish, clock } = this.#dependencies;
    try {
      await publish(this.#message(owed));
      this.#published++;
      this.#failing = undefined;
      this.#pauseMs = 0;
    } catch (thrown) {
      this.#failures++;
      this.#failing = failure(thrown);
      // Many fail together when the broker goes; the first of them sets the pause.
      if (clock.now() >= this.#pausedUntil) {
        const [first, longest] = this.#rate.retryMs;
        this.#pauseMs = Math.min(longest, Math.max(first, this.#pauseMs * 2));
        this.#pausedUntil = clock.now() + this.#pauseMs;
      }
      this.#due.add(key, owed);
      this.#schedule();
    }
  }

  #message({ machine, state }: Owed): OutgoingMessage {
    const topic = downTopic(machine, "receipt");
    // An empty retained message is how MQTT takes a retained one away [MQTT-3.3.1-6].
    if (state === undefined) return { topic, payload: "", retain: true };
    const { now, signer } = this.#dependencies;
    const payload = JSON.stringify(receiptOf(state, new Date(now()).toISOString()));
    return {
      topic,
      payload: signer === undefined ? payload : signDown(topic, payload, signer),
      retain: (this.#newestBoot.get(machine) ?? state.boot) === state.boot,
    };
  }
}

function failure(thrown: unknown): ConcheError {
  if (thrown instanceof ConcheError) return thrown;
  return new ConcheError("CONCHE_INTERNAL", {
    message: `publishing a receipt failed: ${messageOf(thrown)}`,
    cause: thrown,
  });
}
