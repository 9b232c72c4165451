import { existsSync } from "node:fs";
import type { NotifierState } from "../../../notify/notifier.ts";
import { openReader } from "../database/connection.ts";
import { notifyFiles } from "../database/database-files.ts";
import { toConcheError } from "../database/sqlite-error.ts";
import { stateOf } from "./notify-rows.ts";

/**
 * What was told in a data folder, beside whoever tells it; undefined where nobody ever did.
 * @throws ConcheError where it can't be read
 */
export function readNotifyState(folder: string): NotifierState | undefined {
  const { database } = notifyFiles(folder);
  if (!existsSync(database)) return undefined;
  const doing = "reading what was notified";
  const db = openReader(database, doing);
  try {
    const rows = db.prepare("SELECT kind, key, json FROM notify_state").all();
    return stateOf(rows.map(({ kind, key, json }) => [String(kind), String(key), String(json)] as const));
  } catch (error) {
    throw toConcheError(error, doing, database);
  } finally {
    db.close();
  }
}
