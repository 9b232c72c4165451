import { statSync } from "node:fs";
import type { StatementSync } from "node:sqlite";
import type { LogPosition } from "../../../log/log-position.ts";
import type { StoredContent } from "../../../log/message-reader.ts";
import type { FollowedLog } from "../../../views/follower.ts";
import { LogEnds } from "../log/log-ends.ts";
import { openForReading, type ReadableLog } from "../log/open-for-reading.ts";
import { MESSAGE_TABLE } from "../log/schema-state.ts";

/** As errors put it. */
const READING = "following the log";

interface Opened {
  readonly log: ReadableLog;
  /** Which file it is: one that was put in its place is another. */
  readonly file: string;
  readonly ends: LogEnds;
  readonly page: StatementSync;
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

  end(): LogPosition {
    if (fileOf(this.#opened.log.files.database) !== this.#opened.file) {
      this.#opened.log.close();
      this.#opened = open(this.#folder);
    }
    const { log, ends } = this.#opened;
    return log.guard(READING, () => ends.end());
  }

  read(afterId: number, throughId: number, limit: number): readonly StoredContent[] {
    const { log, page } = this.#opened;
    const rows = log.guard(READING, () => page.all(afterId, throughId, limit));
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
    const { log, ends } = this.#opened;
    return log.guard(READING, () => ends.checksum(id));
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
      const page =
        db.prepare(`SELECT id, ifnull(CAST(topic AS TEXT), ''), ifnull(CAST(payload_json AS TEXT), ''),
        received_at, boot, seq, flags FROM ${MESSAGE_TABLE} WHERE id > ? AND id <= ? ORDER BY id LIMIT ?`);
      page.setReturnArrays(true);
      return { log, file: fileOf(log.files.database), ends: new LogEnds(db), page };
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
