import { readPayload } from "../contract/read-payload.ts";
import { isUpTopic, parseUpTopic, type UpTopic } from "../contract/topic.ts";
import { upcast } from "../contract/upcast.ts";
import { messageOf } from "../errors/conche-error.ts";
import type { StoredMessage } from "./log-reading.ts";
import type { LoggedMessage, UnreadableMessage } from "./logged-message.ts";

/** Topics whose parsing is kept: a plant has a few thousand, and nobody can make more of it. */
const TOPICS_KEPT = 10_000;

/** What of a stored message it is read from. */
export type StoredContent = Pick<
  StoredMessage,
  "id" | "topic" | "payload" | "receivedAt" | "boot" | "seq" | "flags"
>;

/**
 * The front door of everything that derives something from the log: makes of stored messages what they say, whatever
 * version their publishers wrote. A new version changes `upcast`, and no reader.
 */
export class MessageReader {
  readonly #topics = new Map<string, UpTopic | string>();

  /** The message, or why it is none of the contract. Never throws over what the log holds. */
  read(stored: StoredContent): LoggedMessage | UnreadableMessage {
    const topic = this.#topicOf(stored.topic);
    if (typeof topic === "string") return unreadable(stored, topic);
    let value: unknown;
    try {
      value = JSON.parse(stored.payload);
    } catch (error) {
      return unreadable(stored, `the payload is no JSON: ${messageOf(error)}`);
    }
    const facts = readPayload(topic.type, value);
    if (facts.kind === "refused") return unreadable(stored, facts.detail);
    // The type and its payload belong together, which TypeScript can't see through the union.
    return {
      type: topic.type,
      id: stored.id,
      topic,
      atMs: facts.tsMs ?? stored.receivedAt,
      receivedAtMs: stored.receivedAt,
      boot: stored.boot,
      seq: stored.seq,
      flags: stored.flags,
      batchId: facts.batchId,
      version: facts.version,
      payload: upcast(topic.type, facts.version, value),
    } as LoggedMessage;
  }

  #topicOf(text: string): UpTopic | string {
    const known = this.#topics.get(text);
    if (known !== undefined) return known;
    const parsed = parseUpTopic(text);
    const kept = isUpTopic(parsed) ? parsed : `the topic is not of the namespace: ${parsed.detail}`;
    if (this.#topics.size >= TOPICS_KEPT) this.#topics.clear();
    this.#topics.set(text, kept);
    return kept;
  }
}

/** Whether {@link MessageReader} could read the message. */
export function isReadable(message: LoggedMessage | UnreadableMessage): message is LoggedMessage {
  return "payload" in message;
}

function unreadable({ id, topic, receivedAt }: StoredContent, detail: string): UnreadableMessage {
  return { id, topicText: topic, receivedAtMs: receivedAt, detail };
}
