import { join } from "node:path";

/** The files of one database, all in its folder. */
export interface DatabaseFiles {
  readonly folder: string;
  readonly database: string;
  /** What SQLite has committed and not yet moved into the database. */
  readonly wal: string;
  /** Locked by the process that writes the database. */
  readonly lock: string;
  /** Who holds the lock, for people and for the message to a second process. */
  readonly holder: string;
  /** The number of the last commit, kept apart from the database so that a loss of committed data shows. */
  readonly mark: string;
}

/** The files of a log; the database's name is the seed's. */
export function logFiles(folder: string): DatabaseFiles {
  return filesOf(folder, "datacenter_messages");
}

/** The files of an outbox. */
export function outboxFiles(folder: string): DatabaseFiles {
  return filesOf(folder, "outbox");
}

/** The files of a log's views. All of them may be deleted at any time: the log has everything that is in them. */
export function viewsFiles(folder: string): DatabaseFiles {
  return filesOf(folder, "views");
}

/** What was notified. */
export function notifyFiles(folder: string): DatabaseFiles {
  return filesOf(folder, "notify");
}

/** Who was refused what, and what was decided. */
export function auditFiles(folder: string): DatabaseFiles {
  return filesOf(folder, "audit");
}

/** Tokens of the HTTP port, as hashes. */
export function tokenFiles(folder: string): DatabaseFiles {
  return filesOf(folder, "tokens");
}

function filesOf(folder: string, name: string): DatabaseFiles {
  const database = join(folder, `${name}.db`);
  return {
    folder,
    database,
    wal: `${database}-wal`,
    lock: join(folder, `${name}.lock`),
    holder: join(folder, `${name}.holder.json`),
    mark: join(folder, `${name}.mark`),
  };
}
