import type { Publisher } from "../contract/identity.ts";
import type { UpTopic } from "../contract/topic.ts";
import type { BrokerSessionChange, ReceivedOnce } from "./broker-session.ts";
import type { LogPosition } from "./log-position.ts";
import type { QuarantineReason } from "./quarantine-reason.ts";
import type { QuarantineRoom } from "./quarantine-room.ts";
import type { SequenceState } from "./sequence-state.ts";

/** A message that passed the contract, as it goes into the log. */
export interface LogRecord {
  /** The publisher's time stamp as it stands in the payload; the data center's where the payload has none. */
  readonly ts: string;
  /** `ts` in milliseconds since 1970 (received time where the payload has none): what time queries compare. */
  readonly tsMs: number;
  readonly topic: UpTopic;
  /** The payload exactly as received, as text. */
  readonly payload: string;
  /** When the data center received it, in milliseconds since 1970. */
  readonly receivedAt: number;
  readonly qos: number;
  readonly retain: boolean;
  /** The payload's schema version: 1, 2 … */
  readonly version: number;
  readonly boot: string | null;
  readonly seq: number | null;
  /** Bits of MESSAGE_FLAG. */
  readonly flags: number;
  /** The batch the message names, or null. */
  readonly batchId: string | null;
}

/** A message that can't be stored as one of the namespace, kept byte by byte. */
export interface QuarantineRecord {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly receivedAt: number;
  readonly qos: number;
  readonly retain: boolean;
  /** The MQTT 5 properties as JSON, or null. */
  readonly propertiesJson: string | null;
  readonly reason: QuarantineReason;
  readonly detail: string;
  /** The schema that was tried, as `alarm/2`, or null when it did not get that far. */
  readonly schema: string | null;
  /** The publisher and number, where they could be read. */
  readonly machine: string | null;
  readonly boot: string | null;
  readonly seq: number | null;
}

/**
 * The conservation counters since the log was made: received = stored + duplicates + quarantined, at every commit.
 */
export interface IngestTotals {
  readonly received: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

/** What an embedded broker retains on a topic, exactly as it was published; without a payload: nothing any more. */
export interface BrokerRetained {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: number;
  /** As in {@link QuarantineRecord}. */
  readonly propertiesJson: string | null;
  /** When it is to be forgotten (MQTT 5, 3.3.2.3.3), milliseconds since 1970; null for never. */
  readonly expiresAt: number | null;
}

/** Everything that becomes durable together. */
export interface CommitGroup {
  readonly messages: readonly LogRecord[];
  readonly quarantined: readonly QuarantineRecord[];
  /** The new state of every sequence the group moved. */
  readonly sequences: readonly SequenceState[];
  readonly totals: IngestTotals;
  /** What became of retained messages at the embedded broker: of each topic the last. */
  readonly brokerRetained?: readonly BrokerRetained[];
  /** What became of the embedded broker's sessions. */
  readonly brokerSessions?: readonly BrokerSessionChange[];
  /** Numbers of the group's QoS 2 messages. */
  readonly brokerReceived?: readonly ReceivedOnce[];
}

/** The last retained message of a topic. */
export interface RetainedMessage {
  readonly topic: string;
  readonly payload: string;
}

/** What is kept under a publisher's number, in the log or in quarantine, for comparing a re-sent message with it. */
export interface SequencedPayload {
  readonly seq: number;
  readonly topic: string;
  /** The bytes as received. */
  readonly payload: Uint8Array;
}

/** How far back {@link MessageLog.latestSequences} looks, milliseconds. */
export const RECENT_MS = 3_600_000;

/**
 * Of the messages set aside under one number, the most that a re-sent one is compared with: the first and the newest.
 * A publisher whose counter is stuck sets every message aside under the same number, and must not make each cost as
 * much as all before it (measured before there was a bound: 40,000 of them, and one more took 6 ms).
 */
export const COMPARED_PER_NUMBER = 16;

/** PORT. The append-only log: the only truth there is. */
export interface MessageLog {
  /**
   * Makes the group durable as one transaction: when the promise resolves, with where the log then ends, it survives
   * the loss of power.
   * Rejects with a retryable ConcheError (disk full, database locked) when nothing of it was written and the same
   * call may succeed later; with one that isn't retryable (CONCHE_LOG_IO) when the process must stop.
   */
  commit(group: CommitGroup): Promise<LogPosition>;
  /** The saved states of these publishers; those never seen are left out. */
  loadSequences(publishers: readonly Publisher[]): Promise<SequenceState[]>;
  /**
   * Who may be waiting for a receipt after a restart, those heard last first: of each machine the boot that sorts
   * last, and every publisher heard within {@link RECENT_MS} before the last one was.
   */
  latestSequences(limit: number): Promise<SequenceState[]>;
  /**
   * What log and quarantine hold under these numbers of a publisher, in no particular order; of quarantine, where there
   * may be several per number, the first and the newest, COMPARED_PER_NUMBER at most.
   */
  loadSequenced(publisher: Publisher, seqs: readonly number[]): Promise<SequencedPayload[]>;
  /** Of all publishers together, the gaps that each has beyond the first `allowance`. */
  gapsBeyond(allowance: number): Promise<number>;
  /** How quarantine stands against its limit, as of the last commit. */
  quarantineRoom(): QuarantineRoom;
  /** The counters as of the last commit. */
  totals(): Promise<IngestTotals>;
  /**
   * The newest retained message stored of every topic that has one: by these another broker's replays are known. Read
   * while they are walked through, so no more than one of them is in memory. Not to be interrupted by a commit.
   */
  retained(): Iterable<RetainedMessage>;
  /** Of each of these, whether it is the newest retained message of its topic, byte by byte. */
  isRetained(messages: readonly RetainedMessage[]): Promise<boolean[]>;
  close(): Promise<void>;
}
