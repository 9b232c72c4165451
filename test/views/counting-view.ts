import type { View } from "../../src/views/view.ts";
import type { ViewTable } from "../../src/views/view-table.ts";

export const COUNTS: ViewTable<{ machine: string; hour_ms: number; messages: number; newest_ms: number }> = {
  name: "counts",
  columns: { machine: "text", hour_ms: "integer", messages: "integer", newest_ms: "integer" },
  key: ["machine", "hour_ms"],
};
const CUT: ViewTable<{ one: number; before_ms: number }> = {
  name: "cut",
  columns: { one: "integer", before_ms: "integer" },
  key: ["one"],
};
const HOUR_MS = 3_600_000;

/**
 * A view that does a little of everything: counts messages per machine and hour, keeps so many hours, and finds every
 * message whose number is divisible by 13.
 */
export function countingView(version = 1, keptHours = 2): View {
  return {
    name: "counting",
    version,
    consumes: ["telemetry", "state"],
    tables: [COUNTS, CUT],
    fold({ topic, atMs, id }, store) {
      const machine = topic.machineKey;
      // Before the cut: whether an old message was folded before or after it is chance.
      if (id % 13 === 0) {
        store.report({
          key: `${id}`,
          reason: "unlucky",
          detail: `${id}`,
          subject: machine,
          atMs,
          messageId: id,
        });
      }
      const hour = atMs - (atMs % HOUR_MS);
      if (hour < (store.rows(CUT).get(0)?.before_ms ?? 0)) return;
      const counts = store.rows(COUNTS);
      const before = counts.get(machine, hour);
      counts.put({
        machine,
        hour_ms: hour,
        messages: (before?.messages ?? 0) + version,
        newest_ms: Math.max(before?.newest_ms ?? 0, atMs),
      });
    },
    retain(newestReceivedMs, store) {
      const hour = newestReceivedMs - (newestReceivedMs % HOUR_MS);
      const before = hour - keptHours * HOUR_MS;
      if (before <= (store.rows(CUT).get(0)?.before_ms ?? 0)) return;
      store.rows(CUT).put({ one: 0, before_ms: before });
      for (const { machine, hour_ms } of store.rows(COUNTS).range()) {
        if (hour_ms < before) store.rows(COUNTS).delete(machine, hour_ms);
      }
    },
  };
}
