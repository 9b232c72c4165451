import type { CurrentPayloads } from "../../src/contract/message.ts";
import { isUpTopic, type MessageType, parseUpTopic } from "../../src/contract/topic.ts";
import type { View, ViewMessage } from "../../src/views/view.ts";
import { MemoryViewStore } from "../views/memory-view-store.ts";

/** What a test says of a message; the rest is as usual. */
export interface Said<Type extends MessageType = MessageType> {
  readonly id: number;
  readonly machine: string;
  readonly type: Type;
  readonly atMs: number;
  readonly payload: Omit<CurrentPayloads[Type], "v" | "ts">;
  readonly receivedAtMs?: number;
  readonly boot?: string | null;
  readonly seq?: number | null;
  readonly flags?: number;
}

/** A message as views get it. */
export function viewMessage<Type extends MessageType>(said: Said<Type>): ViewMessage {
  const { id, type, atMs, receivedAtMs = atMs, boot = "boot-0001", seq = id, flags = 0 } = said;
  const topic = parseUpTopic(`factory/${said.machine}/${type}`);
  if (!isUpTopic(topic)) throw new TypeError(topic.detail);
  const payload = { v: 2, ts: new Date(atMs).toISOString(), ...said.payload };
  const message = {
    id,
    type,
    topic,
    atMs,
    receivedAtMs,
    boot,
    seq,
    flags,
    batchId: null,
    version: 2,
    payload,
  };
  return message as unknown as ViewMessage; // type and payload belong together by the parameter
}

/** What a view makes of messages, in the order given. */
export function folded(view: View, messages: Iterable<ViewMessage>, into = new MemoryViewStore()) {
  for (const message of messages) view.fold(message, into);
  return into;
}
