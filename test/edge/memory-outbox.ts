import type { Publisher } from "../../src/contract/identity.ts";
import {
  type AppendNotes,
  type AppendOutcome,
  type DroppedTelemetry,
  type Holding,
  type NewestState,
  type NewMessage,
  type Outbox,
  type OutboxMemory,
  type PublisherHolding,
  type ReadOutcome,
  storedBytes,
  type Transfer,
} from "../../src/edge/outbox.ts";
import type { ConcheError } from "../../src/errors/conche-error.ts";
import type { SeqRange } from "../../src/sequence/seq-range.ts";

/** An outbox in memory whose disk can be held up, made to fail, or carried over to the next process. */
export class MemoryOutbox implements Outbox {
  readonly leftovers: readonly PublisherHolding[];
  readonly memory: OutboxMemory;
  /** Errors for the next calls, the first one first. */
  readonly appendFailures: ConcheError[] = [];
  readonly deleteFailures: ConcheError[] = [];
  /** How many messages each append brought. */
  readonly groups: number[] = [];
  closed = false;
  #kept: NewMessage[];
  readonly #mostTelemetry: number;
  #gate: Promise<void> = Promise.resolve();
  readonly #states: Map<string, NewestState>;
  readonly #transfers: Map<string, Transfer>;

  /** @param kept what an earlier process left; `mostTelemetry` messages fit the ring */
  constructor(
    kept: readonly NewMessage[] = [],
    mostTelemetry = Number.POSITIVE_INFINITY,
    memory: OutboxMemory = { id: "0198b2f0-memory-outbox", states: [], transfers: [] },
  ) {
    this.memory = memory;
    this.#states = new Map(memory.states.map((state) => [state.machine, state]));
    this.#transfers = new Map(memory.transfers.map((each) => [`${each.sender} ${each.packetId}`, each]));
    this.#kept = [...kept];
    this.#mostTelemetry = mostTelemetry;
    const byPublisher = Map.groupBy(kept, ({ publisher }) => `${publisher.boot} ${publisher.machine}`);
    this.leftovers = [...byPublisher.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, messages]) => ({
        publisher: (messages[0] as NewMessage).publisher,
        highest: Math.max(...messages.map(({ seq }) => seq)),
        ...holdingOf(messages),
      }));
  }

  /** What is on disk. */
  get kept(): readonly NewMessage[] {
    return this.#kept;
  }

  /** Holds every write back until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  /** The outbox of the next process on the same disk. */
  reopened(): MemoryOutbox {
    return new MemoryOutbox(this.#kept, this.#mostTelemetry, {
      id: this.memory.id,
      states: [...this.#states.values()],
      transfers: [...this.#transfers.values()],
    });
  }

  async append(
    messages: readonly NewMessage[],
    { states = [], transfers = [], endedSenders = [] }: AppendNotes = {},
  ): Promise<AppendOutcome> {
    await this.#gate;
    const failure = this.appendFailures.shift();
    if (failure !== undefined) throw failure;
    this.groups.push(messages.length);
    for (const [key, { sender }] of this.#transfers)
      if (endedSenders.includes(sender)) this.#transfers.delete(key);
    for (const state of states) this.#states.set(state.machine, state);
    for (const each of transfers) this.#transfers.set(`${each.sender} ${each.packetId}`, each);
    const known: number[] = [];
    const conflicts: number[] = [];
    for (const [index, message] of messages.entries()) {
      const held = this.#kept.find((each) => isOf(each, message.publisher) && each.seq === message.seq);
      if (held === undefined) this.#kept.push(message);
      else if (String(held.payload) === String(message.payload)) known.push(index);
      else conflicts.push(index);
    }
    return { known, conflicts, dropped: this.#makeRoom() };
  }

  async read(publisher: Publisher, from: number, to: number, limit: number): Promise<ReadOutcome> {
    const all = this.#kept
      .filter((each) => isOf(each, publisher) && each.seq >= from && each.seq <= to)
      .sort((a, b) => a.seq - b.seq);
    const messages = all.slice(0, limit);
    return { messages, through: all.length > limit ? (messages.at(-1)?.seq ?? to) : to };
  }

  async delete(publisher: Publisher, ranges: readonly SeqRange[]): Promise<Holding> {
    const failure = this.deleteFailures.shift();
    if (failure !== undefined) throw failure;
    const covered = (each: NewMessage) =>
      isOf(each, publisher) && ranges.some(([from, to]) => each.seq >= from && each.seq <= to);
    const gone = this.#kept.filter(covered);
    this.#kept = this.#kept.filter((each) => !covered(each));
    return holdingOf(gone);
  }

  async oldest(): Promise<number | undefined> {
    return this.#kept.length === 0 ? undefined : 0;
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #makeRoom(): DroppedTelemetry[] {
    const telemetry = this.#kept.filter(({ durable }) => !durable);
    const excess = telemetry.slice(0, Math.max(0, telemetry.length - this.#mostTelemetry));
    this.#kept = this.#kept.filter((each) => !excess.includes(each));
    return excess.map((each) => ({ publisher: each.publisher, ...holdingOf([each]).telemetry }));
  }
}

function isOf({ publisher }: NewMessage, { machine, boot }: Publisher): boolean {
  return publisher.machine === machine && publisher.boot === boot;
}

function holdingOf(messages: readonly NewMessage[]): Holding {
  const quantity = (durable: boolean) => {
    const some = messages.filter((each) => each.durable === durable);
    const bytes = some.reduce((sum, { payload, raw }) => sum + storedBytes(payload, raw), 0);
    return { messages: some.length, bytes };
  };
  return { durable: quantity(true), telemetry: quantity(false) };
}
