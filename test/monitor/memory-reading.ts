import type { ViewReading } from "../../src/views/view-table.ts";
import type { MemoryViewStore } from "../views/memory-view-store.ts";

/** Reads a store in memory as queries do. */
export function readingOf(store: MemoryViewStore, position = 0): ViewReading {
  return { rows: (table) => store.rows(table), position: () => position };
}
