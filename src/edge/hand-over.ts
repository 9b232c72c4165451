import type { Identity } from "../contract/identity.ts";
import type { MessageType } from "../contract/topic.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { Clock } from "../time/clock.ts";
import type { EdgeEvent } from "./edge-event.ts";
import type { Holdings } from "./holdings.ts";
import type { MachineQueue } from "./machine-queue.ts";
import { stampBody } from "./message-body.ts";
import { newerState } from "./newest-state.ts";
import {
  type AppendNotes,
  type AppendOutcome,
  MESSAGE_OVERHEAD_BYTES,
  type NewestState,
  type NewMessage,
  type Outbox,
  type RawProperties,
  storedBytes,
  type Transfer,
} from "./outbox.ts";

/** What a message says: text that its identity is put into, or bytes that stay as they are. */
export type Content =
  | { readonly kind: "body"; readonly text: string }
  | { readonly kind: "raw"; readonly payload: Uint8Array; readonly raw: RawProperties };

/** A message that a caller hands over. */
export interface HandedOver {
  readonly queue: MachineQueue;
  readonly type: MessageType;
  readonly durable: boolean;
  readonly content: Content;
  /** The number that the message has already, where it is forwarded; else it gets the next one. */
  readonly identity?: Identity | undefined;
  /** How it came, where it may come again without a number to know it by. */
  readonly transfer?: Transfer | undefined;
}

/** Bounds of what is waiting. */
export interface HandOverLimits {
  /** Most bytes of messages that must not be lost; past it they are refused. */
  readonly outboxBytes: number;
  /** Most bytes of one message, payload and what travels beside it. */
  readonly messageBytes: number;
  /** Most bytes in memory on the way to the disk. */
  readonly pendingBytes: number;
}

/** What the hand-over is made of. */
export interface HandOverDependencies {
  readonly outbox: Outbox;
  readonly limits: HandOverLimits;
  readonly holdings: Holdings;
  readonly clock: Clock;
  /** A message is on disk: it can be sent. */
  readonly stored: (queue: MachineQueue, message: NewMessage) => void;
  /** All messages of a group are on disk. */
  readonly groupStored: () => void;
  /** Nothing is on its way to the disk any more. */
  readonly idle: () => void;
  readonly emit: (event: EdgeEvent) => void;
}

interface Pending extends HandedOver {
  readonly bytes: number;
  readonly resolve: (identity: Identity) => void;
  readonly reject: (error: ConcheError) => void;
}

/** Most messages and bytes made durable together. */
const GROUP_MESSAGES = 4_096;
const GROUP_BYTES = 4 * 1024 * 1024;
/** Room that version and identity take in a stamped payload. */
const STAMP_BYTES = 80;

/**
 * The way of a message into the outbox, in groups: whatever callers have handed over while the group before was
 * being written shares one fsync. A message gets its number when its group is written, so that one that can't be
 * written leaves no gap.
 */
export class HandOver {
  readonly #dependencies: HandOverDependencies;
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #pendingDurableBytes = 0;
  #running: Promise<void> | undefined;
  #failure: ConcheError | undefined;
  #endedSenders: string[] = [];
  #wasFull = false;

  constructor(dependencies: HandOverDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether nothing is on its way to the disk. */
  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /** Resolves with the message's identity when it is on disk. */
  take(message: HandedOver): Promise<Identity> {
    const taken = this.offer(message);
    return taken instanceof ConcheError ? Promise.reject(taken) : taken;
  }

  /** The same, but says at once why a message can't be taken now: whoever keeps an order has to stop right there. */
  offer(message: HandedOver): Promise<Identity> | ConcheError {
    const bytes = bytesOf(message.content);
    const refusal = this.#failure ?? this.#refusal(message, bytes);
    if (refusal !== undefined) return refusal;
    return new Promise((resolve, reject) => {
      this.#pending.push({ ...message, bytes, resolve, reject });
      this.#pendingBytes += bytes;
      if (message.durable) this.#pendingDurableBytes += bytes;
      this.#running ??= this.#run();
    });
  }

  /** Transfers of this sender will not come again; remembered with the next group. */
  endSender(sender: string): void {
    this.#endedSenders.push(sender);
  }

  /** Resolves when everything taken so far is settled. */
  async settled(): Promise<void> {
    await this.#running;
  }

  #refusal(message: HandedOver, bytes: number): ConcheError | undefined {
    const { limits, holdings } = this.#dependencies;
    if (bytes - MESSAGE_OVERHEAD_BYTES > limits.messageBytes) {
      return new ConcheError("CONCHE_MESSAGE_REFUSED", {
        message: `this ${message.type} message has ${bytes - MESSAGE_OVERHEAD_BYTES} bytes, the limit is ${limits.messageBytes}`,
      });
    }
    const held = holdings.total.durable.bytes + this.#pendingDurableBytes;
    if (message.durable && held + bytes > limits.outboxBytes) return this.#full(held);
    if (this.#pendingBytes + bytes > limits.pendingBytes) {
      return new ConcheError("CONCHE_OUTBOX_BUSY", {
        message: `${this.#pending.length} messages wait for the disk of the outbox`,
        retryable: true,
      });
    }
    return undefined;
  }

  #full(heldBytes: number): ConcheError {
    const { limits, holdings, emit } = this.#dependencies;
    const { messages } = holdings.total.durable;
    const error = new ConcheError("CONCHE_OUTBOX_FULL", {
      message: `the outbox holds ${messages} messages (${heldBytes} of ${limits.outboxBytes} bytes) without a receipt`,
      retryable: true,
    });
    if (!this.#wasFull) emit({ kind: "outbox-full", error });
    this.#wasFull = true;
    return error;
  }

  async #run(): Promise<void> {
    // After the poll phase: by then everybody who had something to say in this turn has said it.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0) await this.#writeGroup(this.#takeGroup());
    this.#running = undefined;
    this.#dependencies.idle();
  }

  #takeGroup(): Pending[] {
    let bytes = 0;
    let count = 0;
    for (const pending of this.#pending) {
      if (count > 0 && (count >= GROUP_MESSAGES || bytes + pending.bytes > GROUP_BYTES)) break;
      bytes += pending.bytes;
      count++;
    }
    return this.#pending.splice(0, count);
  }

  async #writeGroup(group: readonly Pending[]): Promise<void> {
    const { outbox, holdings, emit } = this.#dependencies;
    const { messages, notes } = this.#prepare(group);
    try {
      if (this.#failure !== undefined) throw this.#failure;
      const outcome = await outbox.append(messages, notes);
      this.#endedSenders.splice(0, notes?.endedSenders?.length ?? 0);
      for (const state of notes?.states ?? []) this.#noteState(group, state);
      this.#settle(group, messages, outcome);
      for (const each of outcome.dropped) holdings.dropped(each);
      if (outcome.dropped.length > 0) emit({ kind: "telemetry-dropped", dropped: outcome.dropped });
      this.#wasFull = false;
    } catch (thrown) {
      this.#giveUp(group, thrown);
    }
    this.#dependencies.groupStored();
  }

  /** Gives numbers, and notes what is to be remembered with the group: last states, and what came without a number. */
  #prepare(group: readonly Pending[]): { messages: NewMessage[]; notes: AppendNotes | undefined } {
    const states = new Map<MachineQueue, NewestState>();
    const transfers: Transfer[] = [];
    const messages = group.map((pending) => {
      const { queue, identity, transfer } = pending;
      if (transfer !== undefined) transfers.push(transfer);
      const message = this.#numbered(pending);
      if (message.type !== "state" || message.raw?.retain === false) return message;
      const { publisher, seq, payload, raw } = message;
      const known = states.get(queue) ?? queue.newestState;
      const newest = newerState(known, { ...publisher, seq, payload, raw, own: identity === undefined });
      if (newest !== known) states.set(queue, newest);
      const stale = newest === known && !(known.boot === publisher.boot && known.seq === seq);
      return stale ? { ...message, raw: { ...raw, retain: false } } : message;
    });
    const endedSenders = [...this.#endedSenders];
    if (states.size === 0 && transfers.length === 0 && endedSenders.length === 0) {
      return { messages, notes: undefined };
    }
    return { messages, notes: { states: [...states.values()], transfers, endedSenders } };
  }

  #noteState(group: readonly Pending[], state: NewestState): void {
    group.find(({ queue }) => queue.machine === state.machine)?.queue.noteState(state);
  }

  #numbered({ queue, type, durable, content, identity }: Pending): NewMessage {
    const { boot, seq } = identity ?? queue.takeNumber(durable, this.#dependencies.clock.now());
    const publisher = { machine: queue.machine, boot };
    const own = { publisher, seq, type, durable };
    const numbered = identity === undefined ? own : { ...own, forwarded: true as const };
    if (content.kind === "raw") return { ...numbered, payload: content.payload, raw: content.raw };
    return { ...numbered, payload: stampBody(content.text, { boot, seq }) };
  }

  #settle(group: readonly Pending[], messages: readonly NewMessage[], outcome: AppendOutcome): void {
    const { holdings, stored } = this.#dependencies;
    const known = new Set(outcome.known);
    const conflicts = new Set(outcome.conflicts);
    for (const [index, pending] of group.entries()) {
      const message = messages[index] as NewMessage; // made of the group, one each
      const { publisher, seq, durable, payload, raw } = message;
      this.#release(pending);
      if (conflicts.has(index)) {
        pending.reject(conflict(message));
        continue;
      }
      if (!known.has(index)) holdings.added(publisher, durable, storedBytes(payload, raw));
      stored(pending.queue, message);
      pending.resolve({ boot: publisher.boot, seq });
    }
    for (const { queue } of group) queue.settleNumbers();
  }

  #giveUp(group: readonly Pending[], thrown: unknown): void {
    const error = ConcheError.from(thrown, "handing over failed");
    for (const pending of group) {
      this.#release(pending);
      pending.queue.settleNumbers();
      pending.reject(error);
    }
    if (error.retryable || this.#failure !== undefined) return;
    this.#failure = error;
    this.#dependencies.emit({ kind: "outbox-failed", error });
  }

  #release(pending: Pending): void {
    this.#pendingBytes -= pending.bytes;
    if (pending.durable) this.#pendingDurableBytes -= pending.bytes;
  }
}

function bytesOf(content: Content): number {
  if (content.kind === "raw") return storedBytes(content.payload, content.raw);
  return storedBytes(content.text, undefined) + STAMP_BYTES;
}

function conflict({ publisher, seq }: NewMessage): ConcheError {
  return new ConcheError("CONCHE_OUTBOX_CONFLICT", {
    message: `the outbox holds another message of ${publisher.machine} (boot ${publisher.boot}) under the number ${seq}`,
  });
}
