import type { MessageType } from "../contract/topic.ts";
import type { LogPosition } from "./log-position.ts";

/** Which stored messages are asked for: all conditions together; none of them means the whole log. */
export interface LogFilter {
  readonly site?: string | undefined;
  readonly line?: string | undefined;
  readonly step?: string | undefined;
  readonly machine?: string | undefined;
  readonly type?: MessageType | undefined;
  readonly batchId?: string | undefined;
  /** Event time in milliseconds since 1970, included. */
  readonly sinceMs?: number | undefined;
  /** Event time in milliseconds since 1970, not included. */
  readonly untilMs?: number | undefined;
  /** Received time in milliseconds since 1970, included: for machines whose clock is wrong. */
  readonly receivedSinceMs?: number | undefined;
  /** Received time in milliseconds since 1970, not included. */
  readonly receivedUntilMs?: number | undefined;
  /** Only messages stored after this one. */
  readonly afterId?: number | undefined;
  /** Only messages stored before this one. */
  readonly beforeId?: number | undefined;
  /** By the order in which messages were stored; `asc` (oldest first) where it is left out. */
  readonly order?: "asc" | "desc" | undefined;
  /** The most messages to return. */
  readonly limit?: number | undefined;
}

/** A message as it stands in the log. */
export interface StoredMessage {
  /** Its place in the log: 1, 2, 3 … in the order of storing. */
  readonly id: number;
  /** The publisher's time stamp as it stands in the payload. */
  readonly ts: string;
  /** Event time in milliseconds since 1970: `ts`, or the received time where `ts` says none. */
  readonly tsMs: number;
  readonly topic: string;
  /** The levels of the topic; null where an older program stored a topic of another form. */
  readonly site: string | null;
  readonly line: string | null;
  readonly step: string | null;
  readonly machine: string | null;
  readonly type: MessageType | null;
  /** The payload exactly as received. */
  readonly payload: string;
  readonly receivedAt: number;
  /** Null where it was not recorded (messages carried over from an older program). */
  readonly qos: number | null;
  readonly retain: boolean | null;
  readonly version: number;
  readonly boot: string | null;
  readonly seq: number | null;
  /** Bits of MESSAGE_FLAG. */
  readonly flags: number;
  readonly batchId: string | null;
}

/** PORT. Reads the log while others write it. */
export interface LogReading {
  /**
   * The messages that fit, of those stored when the first one is asked for. Read page by page: nothing is held
   * open while the caller thinks, so a slow caller is no burden to the writer.
   */
  query(filter: LogFilter): Iterable<StoredMessage>;
  /** Where the log ends at the moment: where following it begins. */
  end(): LogPosition;
  /** Why this isn't the log that the position was noted in, or not any more; undefined where it can be read on from. */
  divergence(noted: LogPosition): string | undefined;
  /**
   * Where the log ends, each time that a commit has moved that beyond `after`, as soon as it has, until the signal is
   * aborted. What is committed while the caller works is one step.
   */
  ends(after: LogPosition, signal: AbortSignal): AsyncIterable<LogPosition>;
  /** What there is to ask for: names of a level of the topics, or batches, as far as the log has any. */
  names(of: NamedInLog): string[];
  close(): void;
}

/** What a question to the log can name. */
export type NamedInLog = "site" | "line" | "step" | "machine" | "batch";
