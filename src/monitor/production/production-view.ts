import { parseTimestamp } from "../../contract/timestamp.ts";
import type { View, ViewMessageOf, ViewStore } from "../../views/view.ts";
import { placedAt } from "../span.ts";
import { COUNTS, type CountRow, ORDERS, REJECTS } from "./production-tables.ts";

type Counts = NonNullable<ViewMessageOf<"state">["payload"]["counts"]>;

/**
 * VIEW. What machines counted and which batches ran. Readings of the running counters are kept as they were said;
 * quantities are their differences, made when they are asked for (quantities.ts), so that what comes late finds its
 * place. States are the machine-state view's.
 */
export const productionView: View = {
  name: "production",
  version: 1,
  consumes: ["state", "batch"],
  tables: [COUNTS, REJECTS, ORDERS],
  fold(message, store) {
    if (message.type === "state" && message.payload.counts !== undefined) {
      foldCounts(message, message.payload.counts, store);
    } else if (message.type === "batch") foldOrder(message, store);
  },
};

function foldCounts(message: ViewMessageOf<"state">, counts: Counts, store: ViewStore): void {
  const { unit, consumed, processed, defective, since, defective_by_cause: causes = {} } = counts;
  const place = {
    machine: message.topic.machineKey,
    at_ms: placedAt(message),
    boot: message.boot ?? "",
    seq: message.seq ?? 0,
    id: message.id,
  };
  const sinceMs = since === undefined ? null : parseTimestamp(since);
  const row: CountRow = { ...place, unit, consumed, processed, defective, since_ms: sinceMs };
  store.rows(COUNTS).put(row);
  const rejects = store.rows(REJECTS);
  for (const [cause, count] of Object.entries(causes)) rejects.put({ ...place, cause, defective: count });
  const causesSum = Object.values(causes).reduce((sum, count) => sum + count, 0);
  const wrong = contradiction(row, Object.keys(causes).length === 0 ? null : causesSum);
  if (wrong === undefined) return;
  store.report({
    key: `counts_contradict:${message.id}`,
    reason: "counts_contradict",
    detail: `${wrong} (${unit})`,
    subject: row.machine,
    atMs: row.at_ms,
    messageId: message.id,
  });
}

/** What can't be so within one reading: less taken in than worked on, more rejected than that, causes beyond the sum. */
function contradiction(
  { consumed, processed, defective }: CountRow,
  causesSum: number | null,
): string | undefined {
  if (processed > consumed) return `processed ${processed} is more than consumed ${consumed}`;
  if (defective > processed) return `defective ${defective} is more than processed ${processed}`;
  if (causesSum !== null && causesSum > defective)
    return `rejects by cause sum to ${causesSum}, more than defective ${defective}`;
  return undefined;
}

function foldOrder({ topic, id, payload, ...message }: ViewMessageOf<"batch">, store: ViewStore): void {
  if (payload.event !== "BATCH_START" && payload.event !== "BATCH_END") return;
  const begins = payload.event === "BATCH_START";
  store.rows(ORDERS).put({
    line: `${topic.site}/${topic.line}`,
    batch: payload.batch_id,
    event: payload.event,
    at_ms: placedAt(message),
    id,
    product: payload.product_type,
    order_id: begins ? (payload.order_id ?? null) : null,
    planned_kg: begins ? (payload.planned_kg ?? null) : null,
    produced_kg: begins ? null : (payload.produced_kg ?? null),
    outcome: begins ? null : (payload.outcome ?? null),
  });
}
