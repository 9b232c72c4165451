import type { Publisher } from "../contract/identity.ts";
import type { MachineKey } from "../contract/topic.ts";
import { ConcheError, messageOf } from "../errors/conche-error.ts";
import type { SeqRange } from "../sequence/seq-range.ts";
import type { Clock } from "../time/clock.ts";
import type { BrokerLink, LinkLimits, PublishAnswer } from "./broker-link.ts";
import type { EdgeEvent } from "./edge-event.ts";
import type { MachineQueue, MachineRead } from "./machine-queue.ts";
import { type NewMessage, type Outbox, type OutboxMessage, storedBytes } from "./outbox.ts";
import type { PublisherState } from "./publisher-state.ts";
import { isExpired, wireMessage } from "./wire-message.ts";

/** What a sender is made of. */
export interface SenderDependencies {
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** QoS 1 messages sent ahead of the broker's acknowledgements; fewer where the broker wants fewer. */
  readonly window: number;
  readonly emit: (event: EdgeEvent) => void;
  /** What the data center has, to be forgotten. */
  readonly forget: (publisher: Publisher, covered: readonly SeqRange[]) => void;
  /** Where it is there, every machine's last state is said again after each connect. */
  readonly relay?: object | undefined;
}

/** What it has done since it was made. */
export interface SenderCounts {
  /** Messages that went out right after they were handed over. */
  sentLive: number;
  /** Messages that went out later, or again. */
  sentFromOutbox: number;
  /** QoS 1 messages that the broker acknowledged though nobody subscribes (reason 16). */
  unheard: number;
  /** QoS 1 messages that the broker refused. */
  refused: number;
  /** Messages whose publisher's expiry was over when they went out; for the record they still count. */
  expired: number;
}

/** A message that waits in memory for the window, to go out without being read from the outbox. */
interface LiveMessage {
  readonly queue: MachineQueue;
  readonly state: PublisherState;
  readonly message: NewMessage;
}

/** Messages read from the outbox, being sent. */
interface ActiveRead extends MachineRead {
  readonly queue: MachineQueue;
  readonly messages: readonly OutboxMessage[];
  readonly through: number;
  /** How many of them are done. */
  done: number;
}

const READ_MESSAGES = 512;
/** What waits in memory for a place in the window before it is left to the outbox. */
const LIVE_MESSAGES = 1_024;
const LIVE_BYTES = 1024 * 1024;

/**
 * Puts the messages of one connection on the wire: what was just handed over as it comes, what waits in the outbox
 * in order of its numbers, both within the window of unacknowledged messages. Memory is bounded: the window, a
 * short queue, one portion read from the outbox.
 */
export class Sender {
  readonly #dependencies: SenderDependencies;
  readonly #queues = new Map<MachineKey, MachineQueue>();
  readonly counts: SenderCounts = { sentLive: 0, sentFromOutbox: 0, unheard: 0, refused: 0, expired: 0 };
  #link: BrokerLink | undefined;
  #window = 0;
  #inFlight = 0;
  #congested = false;
  /** Ends with its connection, so that nothing asked on one is used on the next. */
  #epoch = 0;
  #live: LiveMessage[] = [];
  #liveBytes = 0;
  /** The last number in the live queue, of those who have one there. */
  readonly #liveTails = new Map<PublisherState, number>();
  /** Machines whose last state is to be said again on this connection. */
  #restating: MachineQueue[] = [];
  #read: ActiveRead | undefined;
  #reading = false;
  #pumping = false;
  /** Whose turn it is to be read from the outbox. */
  #turn = 0;

  constructor(dependencies: SenderDependencies) {
    this.#dependencies = dependencies;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  add(queue: MachineQueue): void {
    this.#queues.set(queue.machine, queue);
    if (this.#link !== undefined) queue.connected(this.#dependencies.clock.now());
    this.pump();
  }

  attach(link: BrokerLink, limits: LinkLimits): void {
    this.#epoch++;
    this.#link = link;
    this.#window = Math.max(1, Math.min(this.#dependencies.window, limits.receiveMaximum));
    this.#inFlight = 0;
    this.#congested = false;
    const now = this.#dependencies.clock.now();
    for (const queue of this.#queues.values()) queue.connected(now);
    if (this.#dependencies.relay !== undefined) this.#restating = [...this.#queues.values()];
    this.pump();
  }

  detach(): void {
    if (this.#link === undefined) return;
    this.#epoch++;
    this.#link = undefined;
    this.#inFlight = 0;
    this.#live = [];
    this.#liveBytes = 0;
    this.#liveTails.clear();
    this.#restating = [];
    this.#reading = false;
    if (this.#read !== undefined) this.#leaveRead(this.#read);
    this.#read = undefined;
    for (const queue of this.#queues.values()) queue.disconnected();
  }

  /** A message has reached the outbox. Sends it with the next {@link pump} where nothing older waits. */
  stored(queue: MachineQueue, message: NewMessage): void {
    const { boot } = message.publisher;
    const state = queue.state(boot) ?? queue.forwarded(boot, this.#dependencies.clock.now());
    const inOrder = queue.isLive(state) || this.#liveTails.get(state) === state.highest;
    const isNext = message.seq > state.highest;
    if (!state.handedOver(message.seq, message.durable)) {
      this.#dependencies.forget(message.publisher, [[message.seq, message.seq]]);
      return;
    }
    if (this.#link === undefined || !inOrder || !isNext) return;
    const bytes = storedBytes(message.payload, message.raw);
    if (this.#live.length >= LIVE_MESSAGES || this.#liveBytes + bytes > LIVE_BYTES) return;
    this.#live.push({ queue, state, message });
    this.#liveBytes += bytes;
    this.#liveTails.set(state, message.seq);
  }

  relieved(): void {
    this.#congested = false;
    this.pump();
  }

  /** Sends what can be sent now. */
  pump(): void {
    if (this.#pumping || this.#link === undefined) return;
    this.#pumping = true;
    this.#restate(this.#link);
    this.#sendLive(this.#link);
    this.#sendRead(this.#link);
    this.#pumping = false;
    // With room left, the live queue is empty: what is in there is never read from the outbox too.
    if (this.#read === undefined && !this.#reading && this.#inFlight < this.#window && !this.#congested) {
      this.#startRead();
    }
  }

  /** The broker may have lost what it had retained. To the data center this is a repetition. */
  #restate(link: BrokerLink): void {
    let done = 0;
    for (const { machine, newestState } of this.#restating) {
      if (this.#congested || this.#inFlight >= this.#window) break;
      done++;
      if (newestState === undefined) continue;
      const { boot, ...state } = newestState;
      const message = { ...state, raw: state.raw, type: "state", durable: true } as const;
      const wire = wireMessage(machine, boot, message, {
        refill: true,
        outdated: false,
        nowMs: this.#dependencies.wallClock(),
      });
      const epoch = this.#epoch;
      this.#inFlight++;
      this.#congested = !link.publish(wire, (answer) => {
        if (epoch !== this.#epoch) return;
        this.#inFlight--;
        if (answer.kind === "refused") this.counts.refused++;
        this.pump();
      });
      if (!this.#congested) continue;
      this.#inFlight--;
      done--;
    }
    if (done > 0) this.#restating = this.#restating.slice(done);
  }

  #sendLive(link: BrokerLink): void {
    // What waits in the outbox gets half of the window: a busy present must not starve the past.
    const window = this.#read === undefined ? this.#window : Math.ceil(this.#window / 2);
    let sent = 0;
    for (const live of this.#live) {
      const { queue, state, message } = live;
      if (message.durable && this.#inFlight >= window) break;
      if (!this.#send(link, queue, state, message, false)) break;
      state.sentLive(message.seq, message.durable ? 1 : 0, this.#dependencies.clock.now());
      if (this.#liveTails.get(state) === message.seq) this.#liveTails.delete(state);
      this.#liveBytes -= storedBytes(message.payload, message.raw);
      this.counts.sentLive++;
      sent++;
    }
    if (sent > 0) this.#live = this.#live.slice(sent);
  }

  #sendRead(link: BrokerLink): void {
    const read = this.#read;
    if (read === undefined) return;
    const { queue, state, order, messages } = read;
    for (let message = messages[read.done]; message !== undefined; message = messages[read.done]) {
      if (state.wants(message.seq, order.kind)) {
        if (this.#inFlight >= this.#window || !this.#send(link, queue, state, message, true)) return;
        state.sent(message.seq, 1, this.#dependencies.clock.now());
        this.counts.sentFromOutbox++;
      }
      read.done++;
    }
    this.#read = undefined;
    this.#leaveRead(read);
  }

  #send(
    link: BrokerLink,
    queue: MachineQueue,
    state: PublisherState,
    message: OutboxMessage,
    refill: boolean,
  ): boolean {
    if (this.#congested) return false;
    const { boot } = state.publisher;
    const { seq, type } = message;
    const outdated = refill && type === "state" && queue.isOutdatedState({ boot, seq });
    const nowMs = this.#dependencies.wallClock();
    const wire = wireMessage(queue.machine, boot, message, { refill, outdated, nowMs });
    const epoch = this.#epoch;
    if (wire.qos > 0) this.#inFlight++;
    const taken = link.publish(wire, (answer) => {
      if (epoch === this.#epoch) this.#answered(state, message, answer);
    });
    if (taken) {
      if (isExpired(message.raw, nowMs)) this.counts.expired++;
      return true;
    }
    this.#congested = true;
    if (wire.qos > 0) this.#inFlight--;
    return false;
  }

  #answered(state: PublisherState, message: OutboxMessage, answer: PublishAnswer): void {
    this.#inFlight--;
    state.answered(message.seq);
    if (answer.kind === "no-subscriber") this.counts.unheard++;
    if (answer.kind === "refused") {
      this.counts.refused++;
      const { publisher } = state;
      const { seq, type } = message;
      this.#dependencies.emit({ kind: "refused", publisher, seq, type, error: answer.error });
    }
    this.pump();
  }

  /** Reads what is to be sent next; machines take turns. */
  #startRead(): void {
    const queues = [...this.#queues.values()];
    for (let tried = 0; tried < queues.length; tried++) {
      const queue = queues[this.#turn++ % queues.length];
      const next = queue?.nextRead(READ_MESSAGES);
      if (queue === undefined || next === undefined) continue;
      void this.#readFor(queue, next);
      return;
    }
  }

  async #readFor(queue: MachineQueue, next: MachineRead): Promise<void> {
    const epoch = this.#epoch;
    const { from, to, limit } = next.order;
    this.#reading = true;
    try {
      const found = await this.#dependencies.outbox.read(next.state.publisher, from, to, limit);
      if (epoch !== this.#epoch) return;
      this.#reading = false;
      this.#read = { ...next, ...found, queue, done: 0 };
      this.pump();
    } catch (thrown) {
      if (epoch !== this.#epoch) return;
      // Left for the next tick, so that an outbox that can't be read isn't asked a thousand times a second.
      this.#reading = false;
      this.#dependencies.emit({ kind: "outbox-failed", error: readFailure(thrown) });
    }
  }

  /** Notes how far a read was worked off. */
  #leaveRead({ state, order, messages, through, done }: ActiveRead): void {
    const present = messages.slice(0, done).map((message) => message.seq);
    const reached = done === messages.length ? through : (present.at(-1) ?? order.from - 1);
    const lost = state.scanned(order, reached, present);
    if (lost.length > 0) this.#dependencies.emit({ kind: "lost", publisher: state.publisher, ranges: lost });
  }
}

function readFailure(thrown: unknown): ConcheError {
  if (thrown instanceof ConcheError) return thrown;
  return new ConcheError("CONCHE_INTERNAL", {
    message: `reading the outbox failed: ${messageOf(thrown)}`,
    cause: thrown,
  });
}
