import type { MessageType } from "../contract/topic.ts";
import type { ViewMessage } from "./view.ts";

/** What a step changed, for those who follow live: which machines said something, and of which types. */
export interface Changes {
  /** The id of the last message that is in the views now. */
  readonly position: number;
  /** By machine key; undefined when too many to name: then anything may have changed. */
  readonly machines: readonly (readonly [machine: string, types: readonly MessageType[]])[] | undefined;
}

/** Machines named in one step at most; views that catch up touch them all, and nobody watches that one by one. */
const NAMED = 2_000;

/** Collects the {@link Changes} of a step. */
export class ChangeTally {
  readonly #machines = new Map<string, Set<MessageType>>();
  #tooMany = false;

  add({ topic, type }: ViewMessage): void {
    if (this.#tooMany) return;
    const types = this.#machines.get(topic.machineKey);
    if (types !== undefined) types.add(type);
    else if (this.#machines.size < NAMED) this.#machines.set(topic.machineKey, new Set([type]));
    else this.#tooMany = true;
  }

  changes(position: number): Changes {
    const machines = this.#tooMany
      ? undefined
      : Array.from(this.#machines, ([machine, types]) => [machine, [...types]] as const);
    return { position, machines };
  }
}
