import { toConcheError } from "../database/sqlite-error.ts";
import { openForReading } from "./open-for-reading.ts";
import { checkAtStart } from "./startup-check.ts";

/**
 * The checks of every start, without starting. Only for a log that nobody writes at the moment: the mark of a
 * running writer may be ahead of what was read here.
 * @throws ConcheError CONCHE_LOG_CORRUPT, and as {@link openForReading}
 */
export function checkLog(folder: string): void {
  const { db, files } = openForReading(folder);
  try {
    checkAtStart(db, files);
  } catch (error) {
    throw toConcheError(error, "checking the log", files.database);
  } finally {
    db.close();
  }
}
