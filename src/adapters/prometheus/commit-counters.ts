import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { FLAG_NAMES } from "../../contract/policy.ts";
import { MESSAGE_TYPES, type MessageType } from "../../contract/topic.ts";
import type { ConcheError } from "../../errors/conche-error.ts";
import type { CommittedGroup, IngestObserver } from "../../ingest/observer.ts";
import type { CommitGroup, IngestTotals } from "../../log/message-log.ts";
import { QUARANTINE_REASONS, type QuarantineReason } from "../../log/quarantine-reason.ts";

/** Half a millisecond (an SSD with a write cache) to ten seconds (a disk that is failing). */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZE_BUCKETS = [1, 4, 16, 64, 256, 1_024, 4_096, 8_192];
const REASONS = Object.keys(QUARANTINE_REASONS) as QuarantineReason[];
const TOTALS = ["received", "stored", "duplicates", "quarantined"] as const satisfies (keyof IngestTotals)[];

/** Counts what commits do: messages by outcome, groups, durations, failures. */
export class CommitCounters implements IngestObserver {
  readonly #received: Counter;
  readonly #stored: Counter<"type">;
  readonly #unsequenced: Counter;
  readonly #flagged: Counter<"flag">;
  readonly #duplicates: Counter;
  readonly #quarantined: Counter<"reason">;
  readonly #failures: Counter<"code">;
  readonly #duration: Histogram;
  readonly #size: Histogram;
  readonly #lastCommit: Gauge;
  #totals: IngestTotals | undefined;
  readonly #now: () => number;

  constructor(registry: Registry, now: () => number) {
    const registers = [registry];
    const counter = <Label extends string>(name: string, help: string, label?: Label) =>
      new Counter<Label>({ name, help, registers, ...(label === undefined ? {} : { labelNames: [label] }) });
    this.#now = now;
    this.#received = counter("conche_messages_received_total", "Messages committed, whatever became of them");
    this.#stored = counter(
      "conche_messages_stored_total",
      "Messages stored in the log, by message type",
      "type",
    );
    this.#unsequenced = counter(
      "conche_messages_unsequenced_total",
      "Stored messages without an identity, of which a loss can't be seen",
    );
    this.#flagged = counter(
      "conche_messages_flagged_total",
      "Stored messages that something is remarkable about",
      "flag",
    );
    this.#duplicates = counter("conche_messages_duplicate_total", "Messages that had been stored before");
    this.#quarantined = counter(
      "conche_messages_quarantined_total",
      "Messages put in quarantine, by reason",
      "reason",
    );
    this.#failures = counter("conche_commit_failures_total", "Commits that failed, by error code", "code");
    this.#duration = new Histogram({
      name: "conche_commit_duration_seconds",
      help: "Time from a group's first commit attempt until it was on disk",
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#size = new Histogram({
      name: "conche_commit_group_messages",
      help: "Messages made durable together",
      buckets: SIZE_BUCKETS,
      registers,
    });
    this.#lastCommit = new Gauge({
      name: "conche_last_commit_timestamp_seconds",
      help: "When the last commit was on disk, seconds since 1970; 0 before the first",
      registers,
    });
    this.#registerTotals(registry);
    this.#startAtZero();
  }

  committed(group: CommittedGroup): void {
    const { messages, quarantined, duplicates } = group;
    const size = messages.length + quarantined.length + duplicates;
    this.#countStored(group);
    for (const { reason } of quarantined) this.#quarantined.inc({ reason });
    this.#duplicates.inc(duplicates);
    this.#received.inc(size);
    this.#size.observe(size);
    this.#duration.observe(group.durationMs / 1_000);
    this.#lastCommit.set(this.#now() / 1_000);
    this.#totals = group.totals;
  }

  /** Was counted when it was received: only the log's own counters move. */
  replayed({ totals }: CommitGroup): void {
    this.#totals = totals;
  }

  commitFailed(error: ConcheError): void {
    this.#failures.inc({ code: error.code });
  }

  /** Adds up first and counts once per label: a group can hold thousands of messages. */
  #countStored({ messages }: CommittedGroup): void {
    const byType = new Map<MessageType, number>();
    const byFlags = new Map<number, number>();
    let unsequenced = 0;
    for (const { topic, flags, seq } of messages) {
      byType.set(topic.type, (byType.get(topic.type) ?? 0) + 1);
      if (flags !== 0) byFlags.set(flags, (byFlags.get(flags) ?? 0) + 1);
      if (seq === null) unsequenced++;
    }
    for (const [type, count] of byType) this.#stored.inc({ type }, count);
    for (const [flags, count] of byFlags) {
      for (const [bit, flag] of FLAG_NAMES) if ((flags & bit) !== 0) this.#flagged.inc({ flag }, count);
    }
    this.#unsequenced.inc(unsequenced);
  }

  /** The counters that are kept in the log itself, and the law they follow. */
  #registerTotals(registry: Registry): void {
    const totals = () => this.#totals;
    new Gauge({
      name: "conche_log_messages",
      help: "Messages since the log was made, by outcome, as of the last commit since the start",
      labelNames: ["outcome"],
      registers: [registry],
      collect() {
        const current = totals();
        if (current !== undefined) for (const outcome of TOTALS) this.set({ outcome }, current[outcome]);
      },
    });
    new Gauge({
      name: "conche_log_messages_unaccounted",
      help: "Conservation law: received - stored - duplicates - quarantined; anything but 0 is a defect",
      registers: [registry],
      collect() {
        const { received = 0, stored = 0, duplicates = 0, quarantined = 0 } = totals() ?? {};
        this.set(received - stored - duplicates - quarantined);
      },
    });
  }

  /** A series that exists from the start is one whose first event a rate can see. */
  #startAtZero(): void {
    for (const type of MESSAGE_TYPES) this.#stored.inc({ type }, 0);
    for (const reason of REASONS) this.#quarantined.inc({ reason }, 0);
    for (const [, flag] of FLAG_NAMES) this.#flagged.inc({ flag }, 0);
  }
}
