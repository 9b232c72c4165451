import { flagNames, IMPLAUSIBLE_FLAGS } from "../../contract/policy.ts";
import type { CommittedGroup } from "../../ingest/observer.ts";
import { counted, grouped } from "./counts.ts";
import type { Notice } from "./notices.ts";

/** Where nobody reads along, what was taken in is said once in so many seconds. */
export const INTERVAL_SECONDS = 60;

/** Counts what a while brought, and puts it in a line. */
export class IntervalTally {
  #stored = 0;
  #duplicates = 0;
  #quarantined = 0;
  #longestCommitMs = 0;
  readonly #flagged = new Map<string, number>();

  add({ messages, duplicates, quarantined, durationMs }: CommittedGroup): void {
    this.#stored += messages.length;
    this.#duplicates += duplicates;
    this.#quarantined += quarantined.length;
    this.#longestCommitMs = Math.max(this.#longestCommitMs, durationMs);
    for (const { flags } of messages) {
      for (const flag of flagNames(flags & IMPLAUSIBLE_FLAGS)) {
        this.#flagged.set(flag, (this.#flagged.get(flag) ?? 0) + 1);
      }
    }
  }

  /** What came since the last time, and begins anew; undefined where nothing came. */
  end(): { readonly notice: Notice; readonly fields: Readonly<Record<string, unknown>> } | undefined {
    const [stored, duplicates, quarantined] = [this.#stored, this.#duplicates, this.#quarantined];
    if (stored + duplicates + quarantined === 0) return undefined;
    const flagged = Object.fromEntries(this.#flagged);
    const longestCommitMs = this.#longestCommitMs;
    [this.#stored, this.#duplicates, this.#quarantined, this.#longestCommitMs] = [0, 0, 0, 0];
    this.#flagged.clear();
    const parts = [
      `${counted(stored, "message")} stored`,
      ...Object.entries(flagged).map(([flag, count]) => `${grouped(count)} flagged ${flag}`),
      ...(duplicates === 0 ? [] : [counted(duplicates, "duplicate")]),
      ...(quarantined === 0 ? [] : [`${grouped(quarantined)} quarantined (conche quarantine list)`]),
      `longest commit ${longestCommitMs.toFixed(1)} ms`,
    ];
    return {
      notice: { level: quarantined > 0 ? "warning" : "info", code: "ingested", text: parts.join(", ") },
      fields: { stored, flagged, duplicates, quarantined, longestCommitMs },
    };
  }
}
