import { DatabaseSync } from "node:sqlite";
import { viewsFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { SqliteViewsStore } from "../../../../src/adapters/sqlite/views/sqlite-views-store.ts";
import { prepareRegistry } from "../../../../src/adapters/sqlite/views/views-schema.ts";
import { LOG_START } from "../../../../src/log/log-position.ts";
import { SUITE_VIEW, viewRowsSuite } from "../../../views/view-rows-suite.ts";

/** In memory, so that some hundred of them take no time; files are tested with the follower. */
function open(cacheBytes: number, forgetting: boolean) {
  const db = new DatabaseSync(":memory:");
  prepareRegistry(db, ":memory:");
  const store = new SqliteViewsStore({ db, files: viewsFiles("."), cacheBytes, check() {} });
  const { edition } = store.create(SUITE_VIEW, "answering");
  return {
    store: () => store.open(edition, SUITE_VIEW),
    commit() {
      store.commit([{ edition, position: LOG_START, newestReceivedMs: 0 }]);
      if (forgetting) store.rollback();
    },
    close: () => store.close(),
  };
}

viewRowsSuite("SQLite", () => open(1_000_000, false));
viewRowsSuite("SQLite, with a memory of three rows", () => open(2_000, false));
viewRowsSuite("SQLite, that forgets after each commit", () => open(1_000_000, true));
