import { FairLines } from "../../access/fair-lines.ts";
import type { AddressSpace } from "./address-space.ts";
import { type ObjectUpdate, type QueueLimits, type UpdateBatch, UpdateQueue } from "./update-queue.ts";

/** How much subscribers may take together. */
export interface SubscriptionLimits extends QueueLimits {
  /** Of all callers; where there is no more room, whoever has most gives its last to a newcomer with fewer. */
  readonly subscriptions: number;
  /** Objects registered in one subscription. */
  readonly objects: number;
  /** One that nobody fetched from or streams for so long is deleted, milliseconds. */
  readonly timeToLiveMs: number;
}

/** 50 subscribers of 4 MiB at most, and what they were told last. */
const SUBSCRIPTION_LIMITS: SubscriptionLimits = {
  subscriptions: 50,
  objects: 500,
  updates: 10_000,
  bytes: 4 * 1024 * 1024,
  timeToLiveMs: 5 * 60_000,
};

/** What subscriptions are made of beside the address space. */
export interface SubscriptionsDependencies {
  readonly space: AddressSpace;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** A new id that nobody can guess. */
  readonly newId: () => string;
  readonly limits?: SubscriptionLimits;
}

/** Who takes updates as they come. */
export interface UpdateStream {
  /** Takes updates, or can't at the moment: false. */
  send(updates: readonly ObjectUpdate[]): boolean;
  /** Another stream has taken its place, or the subscription is gone. */
  end(): void;
}

/** What a subscription is known by, and to whom. */
type SubscriptionOwner = Pick<Subscription, "id" | "caller" | "clientId" | "displayName">;

/** A subscription as its owner sees it. */
export class Subscription {
  readonly id: string;
  /** Whose share it is of. */
  readonly caller: string;
  readonly clientId: string;
  readonly displayName: string;
  /** How deep each registered object is read, by its id. */
  readonly objects = new Map<string, number>();
  readonly queue: UpdateQueue;
  readonly #newest = new Map<string, string>();
  #stream: UpdateStream | undefined;
  usedAtMs: number;

  constructor({ id, caller, clientId, displayName }: SubscriptionOwner, limits: QueueLimits, nowMs: number) {
    this.id = id;
    this.caller = caller;
    this.clientId = clientId;
    this.displayName = displayName;
    this.queue = new UpdateQueue(limits);
    this.usedAtMs = nowMs;
  }

  get streams(): boolean {
    return this.#stream !== undefined;
  }

  /** Sends what waits to a stream, and what comes; the one before ends. */
  open(stream: UpdateStream): void {
    this.#stream?.end();
    this.#stream = stream;
    this.flush();
  }

  /** The stream has ended at its other end. */
  closed(stream: UpdateStream): void {
    if (this.#stream === stream) this.#stream = undefined;
  }

  end(): void {
    this.#stream?.end();
    this.#stream = undefined;
  }

  forget(elementId: string): void {
    this.objects.delete(elementId);
    this.#newest.delete(elementId);
  }

  /** Takes in what objects are now; what was told already is left out. */
  offer(now: ReadonlyMap<string, ObjectUpdate>): void {
    const updates: ObjectUpdate[] = [];
    let bytes = 0;
    for (const elementId of this.objects.keys()) {
      const update = now.get(elementId);
      if (update === undefined) continue;
      const text = JSON.stringify(update);
      if (this.#newest.get(elementId) === text) continue;
      this.#newest.set(elementId, text);
      updates.push(update);
      bytes += text.length;
    }
    this.queue.push(updates, bytes);
    this.flush();
  }

  flush(): void {
    if (this.#stream === undefined || this.queue.isEmpty) return;
    if (this.#stream.send(this.queue.batches().flatMap(({ updates }) => updates))) this.queue.takeAll();
  }
}

/** What waited for a subscription that polls, and whether some of it was dropped. */
export interface Synced {
  readonly batches: readonly UpdateBatch[];
  readonly dropped: boolean;
}

/** Who wants to hear of which objects: bounded in number, in what is registered, in what waits, and in time. */
export class Subscriptions {
  readonly limits: SubscriptionLimits;
  readonly #dependencies: SubscriptionsDependencies;
  readonly #all = new Map<string, Subscription>();
  readonly #places: FairLines<Subscription>;

  constructor(dependencies: SubscriptionsDependencies) {
    this.#dependencies = dependencies;
    this.limits = dependencies.limits ?? SUBSCRIPTION_LIMITS;
    this.#places = new FairLines(this.limits.subscriptions);
  }

  get all(): Iterable<Subscription> {
    return this.#all.values();
  }

  /** How many a caller has. */
  of(caller: string): number {
    return this.#places.of(caller);
  }

  /** A new one; undefined where there are as many as may be, and nobody has more of them than the caller. */
  create(caller: string, clientId: string, displayName: string | null | undefined): Subscription | undefined {
    this.expire();
    const id = this.#dependencies.newId();
    const owner = { id, caller, clientId, displayName: displayName ?? id };
    const made = new Subscription(owner, this.limits, this.#dependencies.now());
    const gaveWay = this.#places.add(caller, made);
    if (gaveWay === made) return undefined;
    if (gaveWay !== undefined) this.delete(gaveWay);
    this.#all.set(id, made);
    return made;
  }

  /** One's own; another client's is as if there were none. */
  find(clientId: string, id: string): Subscription | undefined {
    const found = this.#all.get(id);
    return found?.clientId === clientId ? found : undefined;
  }

  delete(subscription: Subscription): void {
    subscription.end();
    this.#all.delete(subscription.id);
    this.#places.remove(subscription.caller, subscription);
  }

  /** @returns why it can't be; undefined where it is registered, now or before */
  register(
    subscription: Subscription,
    elementId: string,
    maxDepth: number,
  ): "unknown" | "too many" | undefined {
    if (!this.#dependencies.space.objects.has(elementId)) return "unknown";
    if (subscription.objects.has(elementId)) return undefined;
    if (subscription.objects.size >= this.limits.objects) return "too many";
    subscription.objects.set(elementId, maxDepth);
    return undefined;
  }

  sync(subscription: Subscription, lastSequenceNumber: unknown): Synced {
    subscription.usedAtMs = this.#dependencies.now();
    subscription.queue.acknowledge(lastSequenceNumber);
    return { batches: subscription.queue.batches(), dropped: subscription.queue.takeDropped() };
  }

  /** Notes that somebody is there. */
  touch(subscription: Subscription): void {
    subscription.usedAtMs = this.#dependencies.now();
  }

  /** Deletes those that nobody has fetched from or streams. */
  expire(): void {
    const now = this.#dependencies.now();
    for (const subscription of this.#all.values()) {
      if (subscription.streams) subscription.usedAtMs = now;
      else if (now - subscription.usedAtMs > this.limits.timeToLiveMs) this.delete(subscription);
    }
  }

  close(): void {
    for (const subscription of this.#all.values()) this.delete(subscription);
  }
}
