import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { LogRecord } from "../../../log/message-log.ts";
import { lastIdOf } from "./block.ts";
import type { BlockIndex } from "./block-index.ts";
import { MESSAGE_TABLE } from "./schema-state.ts";
import { rowChecksum } from "./stored-rows.ts";

const COLUMNS = `id, ts, topic, payload_json, received_at, qos, retain, version, boot, seq, flags,
  site, line, step, machine, type, batch_id`;
const COLUMN_COUNT = 17;
/** Rows per INSERT: 8 store 45 % more rows a second than one; 16 and 32 gain nothing that can be told from noise. */
const ROWS_PER_INSERT = 8;

/** Appends messages to the log and to its index. */
export class MessageTable {
  readonly #insertMany: StatementSync;
  readonly #insertOne: StatementSync;
  readonly #manyValues: SQLInputValue[] = new Array(COLUMN_COUNT * ROWS_PER_INSERT).fill(null);
  readonly #oneValues: SQLInputValue[] = new Array(COLUMN_COUNT).fill(null);

  constructor(db: DatabaseSync) {
    this.#insertMany = db.prepare(insertStatement(ROWS_PER_INSERT));
    this.#insertOne = db.prepare(insertStatement(1));
  }

  /** Stores the records under the ids from `firstId` on. Within a transaction. */
  append(records: readonly LogRecord[], firstId: number, index: BlockIndex): void {
    for (let from = 0; from < records.length; ) {
      const { block } = index.open;
      const to = Math.min(records.length, from + lastIdOf(block) - (firstId + from) + 1);
      this.#insertRange(records, from, to, firstId, index);
      if (firstId + to - 1 === lastIdOf(block)) index.close(block + 1);
      from = to;
    }
  }

  /** Stores records that all fall into the open block. */
  #insertRange(
    records: readonly LogRecord[],
    from: number,
    to: number,
    firstId: number,
    index: BlockIndex,
  ): void {
    const { open } = index;
    let at = from;
    for (; at + ROWS_PER_INSERT <= to; at += ROWS_PER_INSERT) {
      // One checksum call for several rows: the call costs as much as the bytes of a row.
      let texts = "";
      for (let row = 0; row < ROWS_PER_INSERT; row++) {
        const record = records[at + row] as LogRecord; // the index is below `to`
        bind(this.#manyValues, row * COLUMN_COUNT, firstId + at + row, record);
        texts += record.ts + record.topic.topic + record.payload;
        open.add(record);
      }
      this.#insertMany.run(...this.#manyValues);
      open.crc = rowChecksum(texts, open.crc);
    }
    for (; at < to; at++) {
      const record = records[at] as LogRecord; // the index is below `to`
      bind(this.#oneValues, 0, firstId + at, record);
      this.#insertOne.run(...this.#oneValues);
      open.add(record);
      open.crc = rowChecksum(record.ts + record.topic.topic + record.payload, open.crc);
    }
  }
}

function insertStatement(rows: number): string {
  const row = `(${new Array(COLUMN_COUNT).fill("?").join(", ")})`;
  return `INSERT INTO ${MESSAGE_TABLE} (${COLUMNS}) VALUES ${new Array(rows).fill(row).join(", ")}`;
}

/** Writes a row's values, in the order of COLUMNS, into the array from `offset` on. */
function bind(values: SQLInputValue[], offset: number, id: number, record: LogRecord): void {
  const { topic } = record;
  values[offset] = id;
  values[offset + 1] = record.ts;
  values[offset + 2] = topic.topic;
  values[offset + 3] = record.payload;
  values[offset + 4] = record.receivedAt;
  values[offset + 5] = record.qos;
  values[offset + 6] = record.retain ? 1 : 0;
  values[offset + 7] = record.version;
  values[offset + 8] = record.boot;
  values[offset + 9] = record.seq;
  values[offset + 10] = record.flags;
  values[offset + 11] = topic.site;
  values[offset + 12] = topic.line;
  values[offset + 13] = topic.step;
  values[offset + 14] = topic.machine;
  values[offset + 15] = topic.type;
  values[offset + 16] = record.batchId;
}
