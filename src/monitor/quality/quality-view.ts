import type { View, ViewMessage, ViewMessageOf, ViewStore } from "../../views/view.ts";
import { CHARACTERISTICS, CORRECTED, QUALITY_RETENTION, SAMPLES, type SampleRow } from "./quality-tables.ts";
import { sampleRows } from "./sample-row.ts";

const DAY_MS = 86_400_000;
/** Samples are kept so long: control limits look back months, a year compares with the year before. */
export const SAMPLES_KEPT_MS = 400 * DAY_MS;

/**
 * Results of examining the product, by characteristic and sample. Charts, capability and legal weight are worked out
 * from these rows when they are asked for.
 */
export const QUALITY_VIEW: View = {
  name: "quality",
  version: 1,
  consumes: ["quality"],
  tables: [SAMPLES, CHARACTERISTICS, CORRECTED, QUALITY_RETENTION],

  fold(message: ViewMessage, store: ViewStore): void {
    if (message.type !== "quality") return;
    correct(message, store);
    const sinceMs = store.rows(QUALITY_RETENTION).get("since")?.at_ms ?? Number.NEGATIVE_INFINITY;
    for (const row of sampleRows(message)) if (!isGone(row, sinceMs)) add(row, store);
  },

  retain(newestReceivedMs: number, store: ViewStore): void {
    const retention = store.rows(QUALITY_RETENTION);
    const sinceMs = Math.floor((newestReceivedMs - SAMPLES_KEPT_MS) / DAY_MS) * DAY_MS;
    if (sinceMs <= (retention.get("since")?.at_ms ?? Number.NEGATIVE_INFINITY)) return;
    retention.put({ name: "since", at_ms: sinceMs });
    for (const { machine, characteristic, first_ms } of [...store.rows(CHARACTERISTICS).range()]) {
      if (first_ms < sinceMs) forget(machine, characteristic, sinceMs, store);
    }
  },
};

/** Of copies the first message's row stays. */
function add(row: SampleRow, store: ViewStore): void {
  const samples = store.rows(SAMPLES);
  const { machine, characteristic, at_ms } = row;
  const known = samples.get(machine, characteristic, at_ms, row.tie);
  if (known !== undefined && known.message_id <= row.message_id) return;
  samples.put(row);
  const characteristics = store.rows(CHARACTERISTICS);
  const before = characteristics.get(machine, characteristic);
  const first_ms = Math.min(at_ms, before?.first_ms ?? at_ms);
  const last_ms = Math.max(at_ms, before?.last_ms ?? at_ms);
  if (before?.first_ms === first_ms && before.last_ms === last_ms) return;
  characteristics.put({ machine, characteristic, first_ms, last_ms });
}

/** Of several corrections of one message the newest in the log says why; that it is corrected says each. */
function correct({ payload, topic, id }: ViewMessageOf<"quality">, store: ViewStore): void {
  const { corrects } = payload;
  if (corrects === undefined) return;
  const rows = store.rows(CORRECTED);
  const machine = corrects.machine ?? topic.machineKey;
  const { boot, seq, reason, by } = corrects;
  if ((rows.get(machine, boot, seq)?.message_id ?? 0) >= id) return;
  rows.put({ machine, boot, seq, reason, corrected_by: by, message_id: id });
}

function forget(machine: string, characteristic: string, sinceMs: number, store: ViewStore): void {
  const samples = store.rows(SAMPLES);
  const prefix = [machine, characteristic];
  for (const row of [...samples.range({ prefix, to: sinceMs })]) {
    if (isGone(row, sinceMs)) samples.delete(machine, characteristic, row.at_ms, row.tie);
  }
  const characteristics = store.rows(CHARACTERISTICS);
  const ends = (order: "asc" | "desc") => [...samples.range({ prefix, order, limit: 1 })][0]?.at_ms;
  const [first_ms, last_ms] = [ends("asc"), ends("desc")];
  if (first_ms === undefined || last_ms === undefined) characteristics.delete(machine, characteristic);
  else characteristics.put({ machine, characteristic, first_ms, last_ms });
}

/** Both times count, so that what comes late stays as long as what it belongs to, whenever it is folded. */
function isGone(row: SampleRow, sinceMs: number): boolean {
  return row.received_ms < sinceMs && row.at_ms < sinceMs;
}
