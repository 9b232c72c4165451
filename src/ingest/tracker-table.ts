import type { MachineKey } from "../contract/topic.ts";
import type { SequenceTracker } from "./sequence-tracker.ts";

/**
 * The sequences in memory, by machine and boot. Looked up several times per message: two maps with strings that are
 * there already, instead of one whose key would have to be put together each time.
 */
export class TrackerTable {
  readonly #byMachine = new Map<MachineKey, Map<string, SequenceTracker>>();
  /** In the order in which they became known. */
  readonly #all = new Set<SequenceTracker>();

  get size(): number {
    return this.#all.size;
  }

  get(machine: MachineKey, boot: string): SequenceTracker | undefined {
    return this.#byMachine.get(machine)?.get(boot);
  }

  add(tracker: SequenceTracker): void {
    const { machine, boot } = tracker.publisher;
    let boots = this.#byMachine.get(machine);
    if (boots === undefined) {
      boots = new Map();
      this.#byMachine.set(machine, boots);
    }
    boots.set(boot, tracker);
    this.#all.add(tracker);
  }

  /** Forgets the ones known longest until no more than `most` are left; those in `kept` stay in any case. */
  shrink(most: number, kept: ReadonlySet<SequenceTracker>): void {
    if (this.#all.size <= most) return;
    for (const tracker of this.#all) {
      if (this.#all.size <= most) break;
      if (!kept.has(tracker)) this.#delete(tracker);
    }
  }

  #delete(tracker: SequenceTracker): void {
    const { machine, boot } = tracker.publisher;
    const boots = this.#byMachine.get(machine);
    boots?.delete(boot);
    if (boots?.size === 0) this.#byMachine.delete(machine);
    this.#all.delete(tracker);
  }
}
