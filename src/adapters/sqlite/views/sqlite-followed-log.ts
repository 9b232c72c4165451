import { statSync } from "node:fs";
import type { StatementSync } from "node:sqlite";
import type { FollowedLog, LogEnd, LogEntry } from "../../../views/followed-log.ts";
import { readLogId } from "../log/log-info.ts";
import { openForReading, type ReadableLog } from "../log/open-for-reading.ts";
import { MESSAGE_TABLE } from "../log/schema-state.ts";
import { rowChecksum, TEXT_COLUMNS } from "../log/stored-rows.ts";

/** As errors put it. */
const READING = "following the log";

interface Opened {
  readonly log: ReadableLog;
  readonly logId: string;
  /** Which file it is: one that was put in its place is another. */
  readonly file: string;
  readonly statements: Readonly<Record<"end" | "read" | "texts", StatementSync>>;
}

/** Follows a log by its files, also over its replacement by another one. */
export class SqliteFollowedLog implements FollowedLog {
  readonly #folder: string;
  #opened: Opened;

  /** @throws ConcheError as `openForReading` */
  constructor(folder: string) {
    this.#folder = folder;
    this.#opened = open(folder);
  }

  end(): LogEnd {
    if (fileOf(this.#opened.log.files.database) !== this.#opened.file) {
      this.#opened.log.close();
      this.#opened = open(this.#folder);
    }
    const { log, logId, statements } = this.#opened;
    const id = log.guard(READING, () => Number(statements.end.get()?.last_id ?? 0));
    return { logId, id };
  }

  read(afterId: number, throughId: number, limit: number): readonly LogEntry[] {
    const { log, statements } = this.#opened;
    const rows = log.guard(READING, () => statements.read.all(afterId, throughId, limit));
    // With setReturnArrays the rows are arrays, which the types of node:sqlite don't say.
    return (rows as unknown as RowValues[]).map(([id, topic, payload, receivedAt, boot, seq, flags]) => ({
      id,
      topic,
      payload,
      receivedAt,
      boot,
      seq,
      flags,
    }));
  }

  checksum(id: number): number | undefined {
    const { log, statements } = this.#opened;
    const row = log.guard(READING, () => statements.texts.get(id)) as unknown as string[] | undefined;
    return row === undefined ? undefined : rowChecksum(row.join(""), 0);
  }

  close(): void {
    this.#opened.log.close();
  }
}

type RowValues = readonly [
  id: number,
  topic: string,
  payload: string,
  receivedAt: number,
  boot: string | null,
  seq: number | null,
  flags: number,
];

function open(folder: string): Opened {
  const log = openForReading(folder);
  try {
    return log.guard(READING, (db) => {
      const arrays = (sql: string) => {
        const statement = db.prepare(sql);
        statement.setReturnArrays(true);
        return statement;
      };
      return {
        log,
        logId: readLogId(db),
        file: fileOf(log.files.database),
        statements: {
          end: db.prepare("SELECT last_id FROM log_totals WHERE one = 1"),
          read: arrays(`SELECT id, ifnull(CAST(topic AS TEXT), ''), ifnull(CAST(payload_json AS TEXT), ''),
            received_at, boot, seq, flags FROM ${MESSAGE_TABLE} WHERE id > ? AND id <= ? ORDER BY id LIMIT ?`),
          texts: arrays(`SELECT ${TEXT_COLUMNS} FROM ${MESSAGE_TABLE} WHERE id = ?`),
        },
      };
    });
  } catch (error) {
    log.close();
    throw error;
  }
}

/** Device and inode; empty while there is no file. */
function fileOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.dev}:${stats.ino}`;
}
