import { copyFileSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/**
 * Leaves a database as a kill leaves it in the first transaction, which makes it: no write-ahead log yet, a rollback
 * journal to be played back, and beside it pages that no commit has made valid.
 */
export function leaveCutShort(path: string): void {
  const making = `${path}.making`;
  const db = new DatabaseSync(making);
  // With room for one page, SQLite writes the others to the file before the commit.
  db.exec(
    "PRAGMA cache_size = 1; BEGIN; CREATE TABLE made (a); INSERT INTO made VALUES (randomblob(100000))",
  );
  copyFileSync(making, path);
  copyFileSync(`${making}-journal`, `${path}-journal`);
  db.close();
  rmSync(making);
}
