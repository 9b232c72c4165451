import { MemoryViewStore } from "./memory-view-store.ts";
import { viewRowsSuite } from "./view-rows-suite.ts";

viewRowsSuite("memory", () => {
  const store = new MemoryViewStore();
  return { store: () => store, commit() {}, close() {} };
});
