import type { BatchEvent } from "../../src/contract/schemas/batch-v2.ts";
import { genealogyView } from "../../src/trace/genealogy/genealogy-view.ts";
import { readGraph } from "../../src/trace/graph/read-graph.ts";
import { Genealogy } from "../../src/trace/questions/genealogy.ts";
import type { ViewMessage } from "../../src/views/view.ts";
import { readingOf } from "../monitor/memory-reading.ts";
import { told } from "../monitor/told.ts";
import { MemoryViewStore } from "../views/memory-view-store.ts";

export const START_MS = Date.parse("2026-01-11T08:00:00Z");
const MACHINE = "tunis-01/line-a/s8_packaging/packer-03";

/** A body as messages have it; what a test says wrong is what it is about. */
type Body = { readonly event: BatchEvent } & Readonly<Record<string, unknown>>;

/** What a line of a test says: the body, the minute, the number in the log. */
export function event(
  minute: number,
  body: Body,
  id: number,
  numbered?: { boot: string; seq: number },
): ViewMessage {
  return told(MACHINE, "batch", START_MS + minute * 60_000, body as never, { id, ...numbered });
}

/** Events a minute apart, numbered from 1. */
export function story(...bodies: readonly Body[]): ViewMessage[] {
  return bodies.map((body, index) => event(index, body, index + 1));
}

/** A store in which the view has folded messages; every table is there, filled or not. */
export function foldedStore(messages: Iterable<ViewMessage>): MemoryViewStore {
  const store = new MemoryViewStore();
  for (const table of genealogyView.tables) store.rows(table);
  for (const message of messages) genealogyView.fold(message, store);
  return store;
}

/** What questions are answered from, after messages. */
export function genealogyAfter(messages: Iterable<ViewMessage>): Genealogy {
  const reading = readingOf(foldedStore(messages));
  return new Genealogy(reading, () => readGraph(reading));
}

export function reasons(store: MemoryViewStore): string[] {
  return [...store.findings.values()].map(({ reason, subject }) => `${reason} ${subject}`).sort();
}
