import type { DatabaseSync } from "node:sqlite";
import { growthOf, type LogGrowth } from "../../../log/log-growth.ts";
import { firstIdOf } from "./block.ts";

/** The present rate is that of the last day; a shift alone would forget the night. */
const PRESENT_MS = 86_400_000;

/**
 * How fast a log grows, from the last day before its newest message (or all of it, where it is younger): rows counted by
 * blocks, bytes as the whole log has them per row. Undefined for a log that is too young to tell.
 */
export function readGrowth(db: DatabaseSync, databaseBytes: number): LogGrowth | undefined {
  const [first, last] = ["min", "max"].map((end) =>
    db
      .prepare(`SELECT id, received_at FROM mqtt_messages WHERE id = (SELECT ${end}(id) FROM mqtt_messages)`)
      .get(),
  );
  if (first === undefined || last === undefined) return undefined;
  const newestMs = Number(last.received_at);
  const rows = Number(last.id) - Number(first.id) + 1;
  const block = db
    .prepare("SELECT min(block) AS block FROM log_blocks WHERE min_received_at >= ?")
    .get(newestMs - PRESENT_MS)?.block;
  const from =
    typeof block === "number"
      ? db
          .prepare("SELECT id, received_at FROM mqtt_messages WHERE id >= ? ORDER BY id LIMIT 1")
          .get(firstIdOf(block))
      : undefined;
  const begin = from ?? first;
  const messages = Number(last.id) - Number(begin.id) + 1;
  return growthOf(messages, newestMs - Number(begin.received_at), databaseBytes / rows);
}
