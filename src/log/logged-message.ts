import type { CurrentPayloads } from "../contract/message.ts";
import type { MessageType, UpTopic } from "../contract/topic.ts";

/** A message of the log as whoever derives something from it gets it: its payload in the current version. */
export type LoggedMessage = {
  readonly [Type in MessageType]: LoggedMessageOf<Type>;
}[MessageType];

/** The {@link LoggedMessage} of one type. */
export interface LoggedMessageOf<Type extends MessageType> {
  readonly type: Type;
  /** Its place in the log: 1, 2, 3 … Names the message in findings and links; says nothing about time. */
  readonly id: number;
  readonly topic: UpTopic;
  /** Event time, milliseconds since 1970; the received time where the publisher gave none. */
  readonly atMs: number;
  /** When the data center received it, milliseconds since 1970: the clock that retention goes by. */
  readonly receivedAtMs: number;
  readonly boot: string | null;
  readonly seq: number | null;
  /** Bits of MESSAGE_FLAG. */
  readonly flags: number;
  readonly batchId: string | null;
  /** The schema version that the publisher wrote; `payload` is in the current one whichever it was. */
  readonly version: number;
  readonly payload: CurrentPayloads[Type];
}

/** A message of the log that is none of the contract: a database of the first program was carried over. */
export interface UnreadableMessage {
  readonly id: number;
  /** The topic as it stands in the log. */
  readonly topicText: string;
  /** Milliseconds since 1970. */
  readonly receivedAtMs: number;
  /** One sentence: why it can't be read. */
  readonly detail: string;
}
