import type { Receipt } from "../../src/contract/receipt.ts";
import type { MachineKey } from "../../src/contract/topic.ts";
import { receiptOf, SequenceTracker } from "../../src/ingest/sequence-tracker.ts";
import type { SequenceState } from "../../src/log/sequence-state.ts";

/** A numbered message on its way, with what it says. */
export interface NumberedMessage {
  readonly boot: string;
  readonly seq: number;
  readonly says: string;
}

/**
 * A data center as a publisher knows it: the real sequence tracker and the real receipts over a log in memory.
 * What was received and not committed is lost in a crash.
 */
export class ModelDataCenter {
  /** What is on disk: boot and number, with every copy that was stored. */
  readonly stored = new Map<string, string[]>();
  readonly #machine: MachineKey;
  readonly #isBad: (message: NumberedMessage) => boolean;
  #saved = new Map<string, SequenceState>();
  #received: NumberedMessage[] = [];

  /** @param isBad what it puts into quarantine instead of storing it */
  constructor(machine: MachineKey, isBad: (message: NumberedMessage) => boolean = () => false) {
    this.#machine = machine;
    this.#isBad = isBad;
  }

  receive(message: NumberedMessage): void {
    this.#received.push(message);
  }

  /** Makes what was received durable; the receipts of those who moved. */
  commit(): Receipt[] {
    const trackers = new Map<string, SequenceTracker>();
    for (const message of this.#received.splice(0)) {
      const { boot, seq } = message;
      let tracker = trackers.get(boot);
      if (tracker === undefined) {
        tracker = new SequenceTracker({ machine: this.#machine, boot }, this.#saved.get(boot));
        trackers.set(boot, tracker);
      }
      const verdict = tracker.verdict(seq);
      if (verdict === "seen") tracker.duplicate();
      if (verdict === "seen" || verdict === "untrackable") continue;
      if (this.#isBad(message)) tracker.quarantine(seq);
      else tracker.store(seq);
      const key = `${boot} ${seq}`;
      this.stored.set(key, [...(this.stored.get(key) ?? []), message.says]);
    }
    const states = Array.from(trackers.values(), (tracker) => tracker.state());
    for (const state of states) this.#saved.set(state.boot, JSON.parse(JSON.stringify(state)));
    return states.map((state) => receiptOf(state, "2026-01-11T10:00:00Z"));
  }

  crash(): void {
    this.#received = [];
  }

  has(boot: string, seq: number): boolean {
    return this.stored.has(`${boot} ${seq}`);
  }
}
