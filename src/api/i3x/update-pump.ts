import type { ApiAnswer, ApiRequest } from "../door.ts";
import type { LiveChanges, LiveReader } from "../live.ts";
import { MOST_IDS } from "./bodies.ts";
import type { Subscription, Subscriptions } from "./subscriptions.ts";
import type { ObjectUpdate } from "./update-queue.ts";

/** What the pump needs of the process. */
export interface UpdatePumpDependencies {
  readonly subscriptions: Subscriptions;
  readonly live: LiveChanges;
  readonly ask: (request: ApiRequest) => Promise<ApiAnswer>;
  /** Calls once after so long, milliseconds; gives what takes it back. */
  readonly after: (ms: number, call: () => void) => () => void;
}

/** Changes within so long are read together, milliseconds. */
const GATHER_MS = 200;
/** What changes by time alone (a machine that falls silent), and what could not be read, is looked at so often. */
const LOOK_MS = 5_000;
const MACHINE = "machine:";

/** Reads what registered objects are, when their machines have said something, and offers it to the subscriptions. */
export class UpdatePump {
  readonly #dependencies: UpdatePumpDependencies;
  readonly #reader: LiveReader;
  #cancel: () => void;
  #cancelLook: () => void;
  #gathering = false;
  #reading = false;
  /** Objects to be read; undefined: all that are registered. */
  #changed: Set<string> | undefined = new Set();
  #closed = false;

  constructor(dependencies: UpdatePumpDependencies) {
    this.#dependencies = dependencies;
    this.#reader = dependencies.live.follow(undefined, undefined, () => this.#heard());
    this.#cancel = () => {};
    this.#cancelLook = this.#lookLater();
  }

  /** Somebody wants to know what these are now. */
  registered({ objects }: Subscription): void {
    for (const elementId of objects.keys()) this.#changed?.add(elementId);
    this.#gather();
  }

  close(): void {
    this.#closed = true;
    this.#reader.close();
    this.#cancel();
    this.#cancelLook();
  }

  #lookLater(): () => void {
    return this.#dependencies.after(LOOK_MS, () => {
      this.#dependencies.subscriptions.expire();
      this.#changed = undefined;
      this.#gather();
      this.#cancelLook = this.#lookLater();
    });
  }

  #heard(): void {
    const subjects = this.#reader.take().map(({ subject }) => subject);
    const machines = subjects
      .filter((each) => each.startsWith(MACHINE))
      .map((each) => each.slice(MACHINE.length));
    if (machines.length === 0) this.#changed = undefined;
    if (this.#changed !== undefined && this.#hasObjects()) {
      const wanted = this.#registered();
      for (const elementId of wanted.keys()) {
        if (machines.some((machine) => touches(machine, elementId))) this.#changed.add(elementId);
      }
    }
    this.#gather();
  }

  #gather(): void {
    if (this.#gathering || this.#closed || !this.#hasObjects()) return;
    this.#gathering = true;
    this.#cancel = this.#dependencies.after(GATHER_MS, () => {
      this.#gathering = false;
      void this.#read();
    });
  }

  async #read(): Promise<void> {
    if (this.#reading) return this.#gather();
    this.#reading = true;
    try {
      const changed = this.#changed;
      this.#changed = new Set();
      const byDepth = new Map<number, string[]>();
      for (const [elementId, depths] of this.#registered()) {
        if (changed !== undefined && !changed.has(elementId)) continue;
        for (const depth of depths) byDepth.set(depth, [...(byDepth.get(depth) ?? []), elementId]);
      }
      for (const [maxDepth, elementIds] of byDepth) await this.#readAll(elementIds, maxDepth);
    } finally {
      this.#reading = false;
    }
  }

  async #readAll(elementIds: readonly string[], maxDepth: number): Promise<void> {
    for (let from = 0; from < elementIds.length && !this.#closed; from += MOST_IDS) {
      const body = { elementIds: elementIds.slice(from, from + MOST_IDS), maxDepth };
      const request = {
        route: "i3x:objects/value",
        params: {},
        query: {},
        body,
        accept: "",
        ifNoneMatch: "",
      };
      const answer = await this.#dependencies.ask(request);
      // What can't be read now is read at the next look.
      if (answer.status !== 200) return;
      const { results } = JSON.parse(answer.body) as {
        results: readonly { elementId: string; result?: Omit<ObjectUpdate, "elementId"> }[];
      };
      const now = new Map<string, ObjectUpdate>();
      for (const { elementId, result } of results) {
        if (result === undefined) continue;
        const { value, quality, timestamp, components } = result;
        const update = { elementId, value, quality, timestamp };
        now.set(elementId, components === undefined ? update : { ...update, components });
      }
      for (const subscription of this.#dependencies.subscriptions.all) {
        const own = [...now].filter(([elementId]) => subscription.objects.get(elementId) === maxDepth);
        if (own.length > 0) subscription.offer(new Map(own));
      }
    }
  }

  #hasObjects(): boolean {
    for (const { objects } of this.#dependencies.subscriptions.all) if (objects.size > 0) return true;
    return false;
  }

  #registered(): Map<string, Set<number>> {
    const all = new Map<string, Set<number>>();
    for (const { objects } of this.#dependencies.subscriptions.all) {
      for (const [elementId, depth] of objects) {
        const depths = all.get(elementId);
        if (depths === undefined) all.set(elementId, new Set([depth]));
        else depths.add(depth);
      }
    }
    return all;
  }
}

/** Whether what a machine says can change an object: itself, what is below it and what is above. */
function touches(machine: string, elementId: string): boolean {
  return elementId === machine || elementId.startsWith(`${machine}/`) || machine.startsWith(`${elementId}/`);
}
