import type { MachineCondition } from "./machine-condition.ts";

const MINUTE_MS = 60_000;

/**
 * Keeps what was found of each machine for the minute in which it was: it is dear, changes slowly, and every open browser
 * asks for it. What a question that ran out of time has found is there when it is asked again. As large as the plant.
 */
export class ConditionKeeper {
  #minuteMs = 0;
  readonly #kept = new Map<string, MachineCondition>();

  /** The end of the time that is looked at now: the last full minute. */
  endMs(nowMs: number): number {
    return Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  }

  /** A machine's condition up to a minute, looked at once. */
  of(machine: string, endMs: number, look: () => MachineCondition): MachineCondition {
    if (endMs !== this.#minuteMs) {
      this.#kept.clear();
      this.#minuteMs = endMs;
    }
    const known = this.#kept.get(machine);
    if (known !== undefined) return known;
    const found = look();
    this.#kept.set(machine, found);
    return found;
  }
}
