import { DatabaseSync } from "node:sqlite";
import { viewsFiles } from "../database/database-files.ts";
import { DamageReport, identityOf } from "./damage-report.ts";
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
    // Nothing is there: whoever keeps the views makes all of them anew.
    if (requireRegistry(db, database) === "empty") return;
    const insert = db.prepare("INSERT OR IGNORE INTO rebuild_requests (name) VALUES (?)");
    // All at once, so that they are built together.
    db.exec("BEGIN IMMEDIATE");
    for (const name of names) insert.run(name);
    db.exec("COMMIT");
  } catch (error) {
    const known = toViewsError(error, "asking for a rebuild", database);
    if (known.code === "CONCHE_VIEWS_DAMAGED")
      new DamageReport(folder).tell(identityOf(database), known.message);
    throw known;
  } finally {
    db?.close();
  }
}
