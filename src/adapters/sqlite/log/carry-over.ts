import type { DatabaseSync } from "node:sqlite";
import { parseTimestamp } from "../../../contract/timestamp.ts";
import { isUpTopic, parseUpTopic } from "../../../contract/topic.ts";
import { BLOCK_ROWS, blockOf, lastIdOf } from "./block.ts";
import { BlockIndex } from "./block-index.ts";
import { OpenBlock } from "./open-block.ts";
import { addRow } from "./read-block.ts";
import { MESSAGE_TABLE } from "./schema-state.ts";
import { type StoredRow, StoredRows } from "./stored-rows.ts";
import { TotalsRow } from "./totals-row.ts";

/**
 * Time stamps as older programs write them: ISO 8601 without a zone (UTC), or a number of seconds or milliseconds
 * since 1970 (up to the year 9999). In milliseconds; NULL where it is something else.
 */
const LENIENT_TIME = `
  CASE
    WHEN typeof(ts) IN ('integer', 'real') AND abs(ts) < 2.5e14
    THEN CAST(round(CASE WHEN abs(ts) > 1e11 THEN ts ELSE ts * 1000 END) AS INTEGER)
    WHEN ts GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
    THEN CAST(round(unixepoch(ts, 'subsec') * 1000) AS INTEGER)
  END`;

/**
 * Takes the rows of the first program's table into the log: their received time is their time stamp (the row
 * before's, where that says none), their levels and batch come from topic and payload, and index and counters are
 * built. The four columns stay bit by bit what they are. Within the transaction of the migration.
 */
export function carryOver(db: DatabaseSync, nowMs: number): void {
  const { last, stored } = db
    .prepare(`SELECT ifnull(max(id), 0) AS last, count(*) AS stored FROM ${MESSAGE_TABLE}`)
    .get() as { last: number; stored: number };
  const index = new BlockIndex(db, 0);
  const rows = new StoredRows(db);
  const fillIn = rowFiller(db);
  for (let after = 0; after < last; ) {
    const page = rows.page(after, last, BLOCK_ROWS);
    for (const row of page) {
      if (blockOf(row.id) !== index.open.block) beginBlock(index, blockOf(row.id));
      addRow(index.open, fillIn(row));
    }
    after = page.at(-1)?.id ?? last;
  }
  if (last > 0 && last === lastIdOf(index.open.block)) index.close(index.open.block + 1);
  new TotalsRow(db).save({
    received: stored,
    stored,
    duplicates: 0,
    quarantined: 0,
    lastId: last,
    tailCrc: index.open.crc,
    commits: 1,
    committedAt: nowMs,
  });
}

/** Writes a row's new columns, and returns the row with them. */
function rowFiller(db: DatabaseSync): (row: StoredRow) => StoredRow {
  const lenientTime = db.prepare(`SELECT ${LENIENT_TIME} AS ms FROM ${MESSAGE_TABLE} WHERE id = ?`);
  const update =
    db.prepare(`UPDATE ${MESSAGE_TABLE} SET received_at = ?, site = ?, line = ?, step = ?, machine = ?,
    type = ?, batch_id = ? WHERE id = ?`);
  let receivedAt = 0;
  return (row) => {
    receivedAt = parseTimestamp(row.ts) ?? (lenientTime.get(row.id)?.ms as number | null) ?? receivedAt;
    const topic = parseUpTopic(row.topic.topic);
    const { site, line, step, machine, type } = isUpTopic(topic) ? topic : NO_LEVELS;
    const batchId = batchIdOf(row.payload);
    update.run(receivedAt, site, line, step, machine, type, batchId, row.id);
    return { ...row, receivedAt, tsMs: receivedAt, batchId };
  };
}

const NO_LEVELS = { site: null, line: null, step: null, machine: null, type: null };

function batchIdOf(payload: string): string | null {
  try {
    const value: unknown = JSON.parse(payload);
    if (typeof value !== "object" || value === null || !("batch_id" in value)) return null;
    return typeof value.batch_id === "string" ? value.batch_id : null;
  } catch {
    return null;
  }
}

/** Ids may have holes, so whole blocks may be empty: those get no entry. */
function beginBlock(index: BlockIndex, block: number): void {
  if (index.open.rows > 0) index.close(block);
  else index.open = new OpenBlock(block);
}
