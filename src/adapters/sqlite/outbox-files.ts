import { join } from "node:path";
import type { LogFiles } from "./log-files.ts";

/** The files of one outbox, all in its folder: the same kinds as a log has. */
export function outboxFiles(folder: string): LogFiles {
  const database = join(folder, "outbox.db");
  return {
    folder,
    database,
    wal: `${database}-wal`,
    lock: join(folder, "outbox.lock"),
    holder: join(folder, "outbox.holder.json"),
    mark: join(folder, "outbox.mark"),
  };
}
