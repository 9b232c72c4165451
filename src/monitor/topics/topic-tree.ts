import type { ViewReading } from "../../views/view-table.ts";
import { TOPICS } from "./topic-view.ts";

/** One level of the topic tree below another one. */
export interface TopicNode {
  /** The level's own name. */
  readonly level: string;
  /** From the root to here. */
  readonly topic: string;
  /** Topics at or below it that messages came on. */
  readonly topics: number;
  readonly messages: number;
  /** Event time, milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The newest message at or below it, by its id in the log. */
  readonly lastId: number;
  /** Whether it has levels below. */
  readonly branch: boolean;
}

/** The levels right below a topic, in order; those of the root where it is empty. */
export function topicsBelow(reading: ViewReading, under: string): TopicNode[] {
  const nodes = new Map<string, TopicNode>();
  // "0" is the character after "/".
  const range = under === "" ? {} : { from: `${under}/`, to: `${under}0` };
  const begin = under === "" ? 0 : under.length + 1;
  for (const row of reading.rows(TOPICS).range(range)) {
    const end = row.topic.indexOf("/", begin);
    const level = row.topic.slice(begin, end === -1 ? undefined : end);
    const known = nodes.get(level);
    const newer = known === undefined || row.last_ms >= known.lastMs;
    nodes.set(level, {
      level,
      topic: row.topic.slice(0, begin + level.length),
      topics: (known?.topics ?? 0) + 1,
      messages: (known?.messages ?? 0) + row.messages,
      firstMs: Math.min(known?.firstMs ?? row.first_ms, row.first_ms),
      lastMs: Math.max(known?.lastMs ?? row.last_ms, row.last_ms),
      lastId: newer ? row.last_id : known.lastId,
      branch: (known?.branch ?? false) || end !== -1,
    });
  }
  return [...nodes.values()];
}
