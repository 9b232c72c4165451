import { IMPLAUSIBLE_FLAGS } from "../../contract/policy.ts";
import { MESSAGE_TYPES, type MessageType } from "../../contract/topic.ts";
import type { CommittedGroup } from "../../ingest/observer.ts";
import { RecentMap } from "../../ingest/recent-map.ts";
import { countOf } from "../../sequence/seq-range.ts";

/** What one run did, for its closing summary. */
export interface RunSummary {
  readonly seconds: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly quarantined: number;
  /** Stored, with something that doesn't fit the plant. */
  readonly flagged: number;
  readonly byType: Readonly<Record<MessageType, number>>;
  /** Whether any message had a number; without, gaps can't be told. */
  readonly sequenced: boolean;
  /** Numbers that have not arrived, over the publishers that were heard in this run. */
  readonly missing: number;
  /** How many of those publishers miss something. */
  readonly incompletePublishers: number;
}

/** Publishers that miss something and are counted; a publisher is a name that anybody can make up. */
const INCOMPLETE_KEPT = 10_000;

/** Counts what is committed. */
export class RunTally {
  #stored = 0;
  #duplicates = 0;
  #quarantined = 0;
  #flagged = 0;
  #sequenced = false;
  readonly #byType = Object.fromEntries(MESSAGE_TYPES.map((type) => [type, 0])) as Record<
    MessageType,
    number
  >;
  /** Missing numbers of each publisher that misses some, those heard last; complete ones are not kept. */
  readonly #missing = new RecentMap<string, number>(INCOMPLETE_KEPT);

  add(group: CommittedGroup): void {
    this.#stored += group.messages.length;
    this.#duplicates += group.duplicates;
    this.#quarantined += group.quarantined.length;
    for (const { topic, flags } of group.messages) {
      this.#byType[topic.type] += 1;
      if ((flags & IMPLAUSIBLE_FLAGS) !== 0) this.#flagged += 1;
    }
    if (group.sequences.length > 0) this.#sequenced = true;
    for (const { machine, boot, missing } of group.sequences) {
      const publisher = `${machine} ${boot}`;
      const count = countOf(missing);
      if (count === 0) this.#missing.delete(publisher);
      else this.#missing.set(publisher, count);
    }
  }

  summary(seconds: number): RunSummary {
    return {
      seconds,
      stored: this.#stored,
      duplicates: this.#duplicates,
      quarantined: this.#quarantined,
      flagged: this.#flagged,
      byType: { ...this.#byType },
      sequenced: this.#sequenced,
      missing: [...this.#missing.entries()].reduce((sum, [, count]) => sum + count, 0),
      incompletePublishers: this.#missing.size,
    };
  }
}
