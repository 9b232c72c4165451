import { parseTimestamp } from "../../src/contract/timestamp.ts";
import { isUpTopic, type MessageType, parseUpTopic, upTopic } from "../../src/contract/topic.ts";
import { upcast } from "../../src/contract/upcast.ts";
import { type SimulatedMessage, sentAt } from "../../src/simulator/simulated-message.ts";
import type { ViewMessage } from "../../src/views/view.ts";
import type { ViewReading } from "../../src/views/view-table.ts";
import type { MemoryViewStore } from "../views/memory-view-store.ts";

/** What is said on a topic, as a view gets it. */
export function viewMessage(
  topic: string,
  payload: { readonly ts: string } & Readonly<Record<string, unknown>>,
  id: number,
  receivedAtMs?: number,
): ViewMessage {
  const parsed = parseUpTopic(topic);
  if (!isUpTopic(parsed)) throw new TypeError(parsed.detail);
  const atMs = parseTimestamp(payload.ts) ?? 0;
  const version = payload.v === 2 ? 2 : 1;
  return {
    type: parsed.type,
    id,
    topic: parsed,
    atMs,
    receivedAtMs: receivedAtMs ?? atMs,
    boot: typeof payload.boot === "string" ? payload.boot : null,
    seq: typeof payload.seq === "number" ? payload.seq : null,
    flags: 0,
    batchId: typeof payload.batch_id === "string" ? payload.batch_id : null,
    version,
    payload: upcast(parsed.type, version, payload),
  } as ViewMessage;
}

/** Simulated messages of the types asked for as a view gets them: in the order in which they leave the site. */
export function viewMessages(
  said: readonly SimulatedMessage[],
  types: readonly MessageType[],
): ViewMessage[] {
  return said
    .filter(({ type }) => types.includes(type))
    .map((message, index) =>
      viewMessage(
        upTopic(message.machine, message.type),
        message.payload as { ts: string },
        index + 1,
        sentAt(message),
      ),
    );
}

/** What a store holds, as answers read it. */
export function readingOf(store: MemoryViewStore): ViewReading {
  return { rows: (table) => store.rows(table), position: () => 0 };
}
