import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { LogRecord, RetainedMessage } from "../../../log/message-log.ts";
import { MESSAGE_TABLE } from "./schema-state.ts";

/**
 * Which stored message is the newest retained one of its topic. Of one start of a publisher the highest number
 * wins, because one that is sent again to close a gap is older than what is there; else the one stored last.
 */
export class RetainedTable {
  readonly #save: StatementSync;
  readonly #read: StatementSync;
  readonly #same: StatementSync;

  constructor(db: DatabaseSync) {
    this.#save = db.prepare(`
      INSERT INTO retained_messages (topic, message_id, boot, seq) VALUES (?, ?, ?, ?)
      ON CONFLICT (topic) DO UPDATE SET message_id = excluded.message_id, boot = excluded.boot, seq = excluded.seq
      WHERE excluded.boot IS NOT boot OR excluded.boot IS NULL OR excluded.seq > seq`);
    this.#read = db.prepare(`
      SELECT r.topic AS topic, m.payload_json AS payload
      FROM retained_messages r JOIN ${MESSAGE_TABLE} m ON m.id = r.message_id ORDER BY r.topic`);
    this.#same = db.prepare(`
      SELECT 1 FROM retained_messages r JOIN ${MESSAGE_TABLE} m ON m.id = r.message_id
      WHERE r.topic = ? AND m.payload_json = ?`);
  }

  /** Notes the retained ones of messages stored under the ids from `firstId` on. Within a transaction. */
  save(records: readonly LogRecord[], firstId: number): void {
    // A topic's messages of one group mostly replace one another, so only the last is written. Exactly what writing
    // each would give: where another start of the publisher comes in between, what was there before is written.
    const newest = new Map<string, number>();
    for (let index = 0; index < records.length; index++) {
      const record = records[index] as LogRecord; // the index is below the length
      if (!record.retain) continue;
      const { topic } = record.topic;
      const before = newest.get(topic);
      if (before !== undefined && record.seq !== null) {
        const last = records[before] as LogRecord; // an index of this loop
        if (last.boot !== record.boot) this.#write(last, firstId + before);
        else if (!replaces(record, last)) continue;
      }
      newest.set(topic, index);
    }
    for (const index of newest.values()) this.#write(records[index] as LogRecord, firstId + index);
  }

  #write(record: LogRecord, id: number): void {
    this.#save.run(record.topic.topic, id, record.boot, record.seq);
  }

  /** One row at a time: together they may be larger than memory. */
  *read(): Generator<RetainedMessage> {
    for (const row of this.#read.iterate()) yield { topic: String(row.topic), payload: String(row.payload) };
  }

  /** Whether the message is the newest retained one of its topic. Compared there: what is kept may be large. */
  has({ topic, payload }: RetainedMessage): boolean {
    return this.#same.get(topic, payload) !== undefined;
  }
}

/** What a message's place in a sequence is: enough to tell which of two is newer. */
export interface RetainedPlace {
  readonly boot: string | null;
  readonly seq: number | null;
}

/** Whether a message that was stored later replaces the one before as the newest of its topic. */
export function replaces(later: RetainedPlace, before: RetainedPlace): boolean {
  if (later.boot !== before.boot || later.seq === null || before.seq === null) return true;
  return later.seq > before.seq;
}
