import type { CurrentPayloads } from "../../src/contract/message.ts";
import { type MessageType, parseUpTopic, type UpTopic, upTopic } from "../../src/contract/topic.ts";
import { upcast } from "../../src/contract/upcast.ts";
import type { SimulatedMessage } from "../../src/simulator/simulated-message.ts";
import type { View, ViewMessage, ViewMessageOf } from "../../src/views/view.ts";
import { MemoryViewStore } from "../views/memory-view-store.ts";
import { readingOf } from "./memory-reading.ts";

/** What a message of a test may say beside its payload. */
export interface Told {
  readonly id?: number;
  readonly boot?: string;
  readonly seq?: number;
  /** By default when it was said. */
  readonly receivedAtMs?: number;
}

// Written as a condition so that it is done to every member of a union, not to what they have in common.
type Body<Payload> = Payload extends unknown ? Omit<Payload, "v" | "ts"> : never;

/** A message as a view gets it: a payload of the current version without `v` and `ts`. */
export function told<Type extends MessageType>(
  machine: string,
  type: Type,
  atMs: number,
  payload: Body<CurrentPayloads[Type]>,
  { id = atMs, boot, seq, receivedAtMs = atMs }: Told = {},
): ViewMessageOf<Type> {
  return {
    type,
    id,
    topic: topicOf(`factory/${machine}/${type}`),
    atMs,
    receivedAtMs,
    boot: boot ?? null,
    seq: seq ?? null,
    flags: 0,
    batchId: null,
    version: 2,
    payload: { v: 2, ts: new Date(atMs).toISOString(), ...payload } as unknown as CurrentPayloads[Type],
  };
}

/** What a simulated line says, as views get it: numbered in the order in which it left the site. */
export function fromSimulation(said: readonly SimulatedMessage[], version: 1 | 2 = 2): ViewMessage[] {
  return said.map(({ machine, type, payload, atMs, sentMs }, index) => {
    const current = upcast(type, version, payload);
    const batch = (current as { batch_id?: string }).batch_id;
    return {
      type,
      id: index + 1,
      topic: topicOf(upTopic(machine, type)),
      atMs,
      receivedAtMs: sentMs ?? atMs,
      boot: null,
      seq: null,
      flags: 0,
      batchId: batch ?? null,
      version,
      payload: current,
    } as ViewMessage;
  });
}

/** A store in which a view has folded messages. */
export function folded(view: View, messages: Iterable<ViewMessage>): MemoryViewStore {
  const store = new MemoryViewStore();
  for (const message of messages) if (view.consumes.includes(message.type)) view.fold(message, store);
  return store;
}

/** What a view answers from, after it has folded messages. */
export function read(view: View, messages: Iterable<ViewMessage>) {
  return readingOf(folded(view, messages));
}

function topicOf(topic: string): UpTopic {
  const parsed = parseUpTopic(topic);
  if ("detail" in parsed) throw new TypeError(`${topic}: ${parsed.detail}`);
  return parsed;
}
