import type { Identity, Publisher } from "../contract/identity.ts";
import { RECEIPT_LIST_LIMIT } from "../contract/receipt.ts";
import type { MachineKey } from "../contract/topic.ts";
import { TIMED_BOOT_PATTERN } from "./boot.ts";
import type { NewestState } from "./outbox.ts";
import { PublisherState, type ReadOrder } from "./publisher-state.ts";
import type { RecoveryTiming } from "./recovery.ts";

/**
 * Gaps that one boot may be left with before the next begins. A receipt lists RECEIPT_LIST_LIMIT gaps and can't
 * speak of what lies behind them: a boot with more gaps that nobody can close any more (telemetry that the ring had
 * to drop, between messages that are kept) would never see its outbox emptied. What is left is for gaps that close.
 */
const MOST_GAPS = RECEIPT_LIST_LIMIT - 50;

/** What to read and send next, and for whom. */
export interface MachineRead {
  readonly state: PublisherState;
  readonly order: ReadOrder;
}

/** What a machine's queue is made of. */
export interface MachineQueueOptions {
  readonly machine: MachineKey;
  readonly timing: RecoveryTiming;
  /** Makes a boot; later ones sort after earlier ones. */
  readonly newBoot: () => string;
}

/**
 * All that one machine has to say: what earlier processes left behind, boot by boot, and what this one numbers.
 * Older boots go first. Pure but for the boots it is given.
 */
export class MachineQueue {
  readonly machine: MachineKey;
  readonly #options: MachineQueueOptions;
  /** Older boots first; the one that numbers is the last of its own. */
  readonly #states = new Map<string, PublisherState>();
  #current: PublisherState | undefined;
  #nextSeq = 1;
  /** Messages numbered and not in the outbox yet that would add to the gaps. */
  #newSeams = 0;
  #afterTelemetry = false;
  #connected = false;
  #newestState: NewestState | undefined;
  /** The latest boot that wasn't begun here: the machine's own, or one that an earlier process left. */
  #latestOther = "";
  #rival: string | undefined;

  constructor(options: MachineQueueOptions) {
    this.machine = options.machine;
    this.#options = options;
  }

  /** Everybody it speaks for: older boots first. */
  get states(): Iterable<PublisherState> {
    return this.#states.values();
  }

  get inFlight(): number {
    let count = 0;
    for (const state of this.#states.values()) count += state.inFlight;
    return count;
  }

  state(boot: string): PublisherState | undefined {
    return this.#states.get(boot);
  }

  /** A publisher whose messages were found in the outbox. */
  addLeftover(publisher: Publisher, highest: number): void {
    this.#noteOther(publisher.boot);
    this.#states.set(publisher.boot, new PublisherState(publisher, this.#options.timing, false, highest));
  }

  /** A publisher that numbers its messages itself, and whose numbers are forwarded as they are. */
  forwarded(boot: string, now: number): PublisherState {
    const known = this.#states.get(boot);
    if (known !== undefined) return known;
    this.#noteOther(boot);
    const publisher = { machine: this.machine, boot };
    const state = new PublisherState(publisher, this.#options.timing, false);
    this.#states.set(boot, state);
    if (this.#connected) state.connected(now);
    return state;
  }

  /** The next number; it counts once the message is in the outbox ({@link PublisherState.handedOver}). */
  takeNumber(durable: boolean, now: number): Identity {
    let current = this.#current;
    if (current === undefined || current.possibleGaps + this.#newSeams >= MOST_GAPS) {
      current = this.#beginBoot(now);
    }
    if (durable && this.#afterTelemetry) this.#newSeams++;
    this.#afterTelemetry = !durable;
    return { boot: current.publisher.boot, seq: this.#nextSeq++ };
  }

  /** The state that is to be retained: the last one in the outbox, covered by a receipt or not. */
  get newestState(): NewestState | undefined {
    return this.#newestState;
  }

  /** A state message is in the outbox: from now on it is the one to be retained. */
  noteState(state: NewestState): void {
    if (state.forwarded !== undefined) this.#noteOther(state.forwarded.boot);
    this.#newestState = state;
  }

  /** Whether a state message has been followed by a newer one. */
  isOutdatedState({ boot, seq }: Identity): boolean {
    const newest = this.#newestState;
    return newest !== undefined && (newest.boot !== boot || newest.seq !== seq);
  }

  /** What was numbered is in the outbox, or was given up together and its numbers are free again. */
  settleNumbers(): void {
    this.#newSeams = 0;
    this.#nextSeq = (this.#current?.highest ?? 0) + 1;
  }

  /**
   * Whether a receipt for this boot, which is unknown here, shows that somebody else numbers the machine's messages
   * too: the data center knows a boot that began after the one that numbers here. Said once of each.
   */
  isRival(boot: string): boolean {
    const current = this.#current?.publisher.boot;
    if (current === undefined || boot === this.#rival || !TIMED_BOOT_PATTERN.test(boot)) return false;
    if (boot <= current || boot <= this.#latestOther) return false;
    this.#rival = boot;
    return true;
  }

  /** Whether a message of this publisher can go out right away without overtaking an older one. */
  isLive(state: PublisherState): boolean {
    for (const each of this.#states.values()) {
      if (each === state) return state.live;
      if (!each.allSent) return false;
    }
    return false;
  }

  connected(now: number): void {
    this.#connected = true;
    for (const state of this.#states.values()) state.connected(now);
  }

  disconnected(): void {
    this.#connected = false;
    for (const state of this.#states.values()) state.disconnected();
  }

  tick(now: number): void {
    for (const state of this.#states.values()) state.tick(now);
  }

  nextRead(limit: number): MachineRead | undefined {
    for (const state of this.#states.values()) {
      const order = state.nextRead(limit);
      if (order !== undefined) return { state, order };
    }
    return undefined;
  }

  /** Lets go of boots that are done: everything sent, and covered or gone. */
  forgetFinished(): void {
    for (const [boot, state] of this.#states) {
      if (state !== this.#current && state.finished) this.#states.delete(boot);
    }
  }

  #noteOther(boot: string): void {
    if (boot > this.#latestOther) this.#latestOther = boot;
  }

  #beginBoot(now: number): PublisherState {
    const publisher = { machine: this.machine, boot: this.#options.newBoot() };
    const state = new PublisherState(publisher, this.#options.timing, true);
    this.#states.set(publisher.boot, state);
    this.#current = state;
    this.#nextSeq = 1;
    this.#newSeams = 0;
    this.#afterTelemetry = false;
    if (this.#connected) state.connected(now);
    return state;
  }
}
