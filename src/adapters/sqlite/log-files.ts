import { join } from "node:path";

/** The files of one log, all in its data folder. */
export interface LogFiles {
  readonly folder: string;
  /** The database; its name is the seed's. */
  readonly database: string;
  /** What SQLite has committed and not yet moved into the database. */
  readonly wal: string;
  /** Locked by the process that writes the log. */
  readonly lock: string;
  /** Who holds the lock, for people and for the message to a second process. */
  readonly holder: string;
  /** The number of the last commit, kept apart from the database so that a loss of committed data shows. */
  readonly mark: string;
}

/** The names of a log's files. */
export function logFiles(folder: string): LogFiles {
  const database = join(folder, "datacenter_messages.db");
  return {
    folder,
    database,
    wal: `${database}-wal`,
    lock: join(folder, "datacenter_messages.lock"),
    holder: join(folder, "datacenter_messages.holder.json"),
    mark: join(folder, "datacenter_messages.mark"),
  };
}
