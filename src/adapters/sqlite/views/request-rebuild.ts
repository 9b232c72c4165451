import { DatabaseSync } from "node:sqlite";
import { viewsFiles } from "../database/database-files.ts";
import { toViewsError } from "./views-error.ts";
import { requireRegistry } from "./views-schema.ts";

/**
 * Asks the process that keeps the views to build some anew; it does within a second.
 * @throws ConcheError CONCHE_VIEWS_…
 */
export function requestRebuild(folder: string, names: readonly string[]): void {
  const { database } = viewsFiles(folder);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(database, { timeout: 5_000 });
    requireRegistry(db, database);
    const insert = db.prepare("INSERT OR IGNORE INTO rebuild_requests (name) VALUES (?)");
    // All at once, so that they are built together.
    db.exec("BEGIN IMMEDIATE");
    for (const name of names) insert.run(name);
    db.exec("COMMIT");
  } catch (error) {
    throw toViewsError(error, "asking for a rebuild", database);
  } finally {
    db?.close();
  }
}
