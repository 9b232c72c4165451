import type { MachineKey } from "../../contract/topic.ts";
import type { SequenceState } from "../../log/sequence-state.ts";
import { countOf } from "../../sequence/seq-range.ts";

/** Machines that get series of their own; the rest share one, so that made-up names can't grow the page. */
export const MACHINE_LIMIT = 1_000;
/** Boots kept per machine, those heard last. */
export const BOOT_LIMIT = 16;
/** Publishers kept behind the shared series, those heard last. */
const SHARED_LIMIT = 1_024;
/** Publishers that can be kept at all. */
export const LEDGER_LIMIT = MACHINE_LIMIT * BOOT_LIMIT + SHARED_LIMIT;

/** The key of the series that machines without one of their own share. */
export const OTHER = "other";

/** One machine's sequences, its boots added up. The law: highest = stored + quarantined + missing. */
export interface PublisherSums {
  highest: number;
  stored: number;
  quarantined: number;
  missing: number;
  refilled: number;
  duplicates: number;
  /** Publisher's clock minus the data center's as of the last message, milliseconds. */
  clockSkewMs: number;
  /** Milliseconds since 1970. */
  lastSeenAt: number;
}

/**
 * The newest sequence state of every publisher heard, for gauges that are worked out when they are read: taking a
 * commit in costs one map write per publisher.
 */
export class PublisherLedger {
  readonly #knowsMachine: (machine: MachineKey) => boolean;
  /** Per machine, by boot. */
  readonly #own = new Map<MachineKey, Map<string, SequenceState>>();
  /** By machine and boot. */
  readonly #shared = new Map<string, SequenceState>();

  constructor(knowsMachine: (machine: MachineKey) => boolean) {
    this.#knowsMachine = knowsMachine;
  }

  take(states: readonly SequenceState[]): void {
    for (const state of states) {
      const own = this.#ownStates(state.machine);
      if (own !== undefined) keep(own, state.boot, state, BOOT_LIMIT);
      else keep(this.#shared, `${state.machine} ${state.boot}`, state, SHARED_LIMIT);
    }
  }

  /** Every series' sums: by machine key, and under {@link OTHER}. */
  *sums(): Generator<[key: string, sums: PublisherSums]> {
    for (const [machine, states] of this.#own) yield [machine, add(states.values())];
    if (this.#shared.size > 0) yield [OTHER, add(this.#shared.values())];
  }

  #ownStates(machine: MachineKey): Map<string, SequenceState> | undefined {
    const own = this.#own.get(machine);
    if (own !== undefined || this.#own.size >= MACHINE_LIMIT || !this.#knowsMachine(machine)) return own;
    const states = new Map<string, SequenceState>();
    this.#own.set(machine, states);
    return states;
  }
}

/** Keeps the entries written last: a Map lists them in the order of insertion. */
function keep(states: Map<string, SequenceState>, key: string, state: SequenceState, limit: number): void {
  states.delete(key);
  states.set(key, state);
  if (states.size <= limit) return;
  const [oldest] = states.keys();
  if (oldest !== undefined) states.delete(oldest);
}

function add(states: Iterable<SequenceState>): PublisherSums {
  const sums: PublisherSums = {
    highest: 0,
    stored: 0,
    quarantined: 0,
    missing: 0,
    refilled: 0,
    duplicates: 0,
    clockSkewMs: 0,
    lastSeenAt: 0,
  };
  for (const state of states) {
    sums.highest += state.highest;
    sums.stored += state.stored;
    sums.quarantined += state.quarantined;
    sums.refilled += state.refilled;
    sums.duplicates += state.duplicates;
    sums.missing += countOf(state.missing);
    if (state.lastSeenAt < sums.lastSeenAt) continue;
    sums.lastSeenAt = state.lastSeenAt;
    sums.clockSkewMs = state.clockSkewMs;
  }
  return sums;
}
