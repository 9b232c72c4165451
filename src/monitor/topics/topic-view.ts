import type { View } from "../../views/view.ts";
import type { ViewTable } from "../../views/view-table.ts";

/** What is known of a topic that messages came on. */
export type TopicRow = {
  topic: string;
  messages: number;
  /** Event time, milliseconds since 1970. */
  first_ms: number;
  last_ms: number;
  /** The message with the newest event time; the later one in the log where two have the same. */
  last_id: number;
};

/** By topic: one row. */
export const TOPICS: ViewTable<TopicRow> = {
  name: "topics",
  columns: {
    topic: "text",
    messages: "integer",
    first_ms: "integer",
    last_ms: "integer",
    last_id: "integer",
  },
  key: ["topic"],
};

/** VIEW. Which topics there are, how much came on each, and when. */
export const topicView: View = {
  name: "topics",
  version: 1,
  consumes: ["telemetry", "state", "alarm", "quality", "batch"],
  tables: [TOPICS],
  fold({ topic, atMs, id }, store) {
    const rows = store.rows(TOPICS);
    const known = rows.get(topic.topic);
    if (known === undefined) {
      rows.put({ topic: topic.topic, messages: 1, first_ms: atMs, last_ms: atMs, last_id: id });
      return;
    }
    const newer = atMs > known.last_ms || (atMs === known.last_ms && id > known.last_id);
    rows.put({
      topic: topic.topic,
      messages: known.messages + 1,
      first_ms: Math.min(known.first_ms, atMs),
      last_ms: Math.max(known.last_ms, atMs),
      last_id: newer ? id : known.last_id,
    });
  },
};
