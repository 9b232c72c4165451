import type { DatabaseSync } from "node:sqlite";
import { isUpTopic, parseUpTopic } from "../../../contract/topic.ts";
import { firstIdOf } from "./block.ts";

/** More names than this are no help to anybody. */
const MOST_NAMES = 10_000;

/** The batches that messages name, newest first; each is one step in the index by batch. */
export function batchesOf(db: DatabaseSync): string[] {
  const rows = db
    .prepare(`
    WITH RECURSIVE batches (name) AS (
      SELECT max(batch_id) FROM mqtt_messages WHERE batch_id IS NOT NULL
      UNION ALL SELECT (SELECT max(batch_id) FROM mqtt_messages WHERE batch_id < name) FROM batches WHERE name IS NOT NULL
    ) SELECT name FROM batches WHERE name IS NOT NULL LIMIT ${MOST_NAMES}`)
    .all();
  return rows.map(({ name }) => String(name));
}

/** The names of a level of the topics: those of closed blocks from their index, those after them from the rows. */
export function levelsOf(db: DatabaseSync, level: "site" | "line" | "step" | "machine"): string[] {
  const open = Number(db.prepare("SELECT ifnull(max(block), -1) + 1 AS block FROM log_blocks").get()?.block);
  const rows = db
    .prepare(`
    WITH RECURSIVE topics (key) AS (
      SELECT min(key) FROM block_keys WHERE key >= 't' AND key < 'u'
      UNION ALL SELECT (SELECT min(k.key) FROM block_keys k WHERE k.key > topics.key AND k.key < 'u')
        FROM topics WHERE key IS NOT NULL
    )
    SELECT substr(key, 2) AS topic FROM topics WHERE key IS NOT NULL
    UNION SELECT substr(key, 2) FROM block_keys_recent WHERE key >= 't' AND key < 'u'
    UNION SELECT topic FROM mqtt_messages WHERE id >= ?
    LIMIT ${MOST_NAMES}`)
    .all(firstIdOf(open));
  const names = new Set<string>();
  for (const row of rows) {
    const topic = parseUpTopic(String(row.topic));
    if (isUpTopic(topic)) names.add(topic[level]);
  }
  return [...names].sort();
}
