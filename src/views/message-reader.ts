import { readPayload } from "../contract/read-payload.ts";
import { isUpTopic, parseUpTopic, type UpTopic } from "../contract/topic.ts";
import { upcast } from "../contract/upcast.ts";
import { messageOf } from "../errors/conche-error.ts";
import type { LogEntry } from "./followed-log.ts";
import type { UnreadableMessage, ViewMessage } from "./view.ts";

/** Topics whose parsing is kept: a plant has a few thousand, and an attacker can't make more of it. */
const TOPICS_KEPT = 10_000;

/** Makes of the log's messages what views fold: once for all of them, each in the current version. */
export class MessageReader {
  readonly #topics = new Map<string, UpTopic | string>();

  /** The message, or why it can't be read as one of the contract. Never throws. */
  read(entry: LogEntry): ViewMessage | UnreadableMessage {
    const topic = this.#topicOf(entry.topic);
    if (typeof topic === "string") return unreadable(entry, topic);
    let value: unknown;
    try {
      value = JSON.parse(entry.payload);
    } catch (error) {
      return unreadable(entry, `the payload is no JSON: ${messageOf(error)}`);
    }
    const facts = readPayload(topic.type, value);
    if (facts.kind === "refused") return unreadable(entry, facts.detail);
    // The type and its payload belong together, which TypeScript can't see through the union.
    return {
      type: topic.type,
      id: entry.id,
      topic,
      atMs: facts.tsMs ?? entry.receivedAt,
      receivedAtMs: entry.receivedAt,
      boot: entry.boot,
      seq: entry.seq,
      flags: entry.flags,
      batchId: facts.batchId,
      version: facts.version,
      payload: upcast(topic.type, facts.version, value),
    } as ViewMessage;
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
export function isReadable(message: ViewMessage | UnreadableMessage): message is ViewMessage {
  return "payload" in message;
}

function unreadable({ id, topic, receivedAt }: LogEntry, detail: string): UnreadableMessage {
  return { id, topicText: topic, receivedAtMs: receivedAt, detail };
}
