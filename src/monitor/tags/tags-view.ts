import type { TagValue } from "../../contract/schemas/telemetry-v2.ts";
import type { View, ViewMessage, ViewStore } from "../../views/view.ts";
import { emptyBucket } from "./bucket.ts";
import { withNewest } from "./newest-values.ts";
import { addToMinute, takeMinute } from "./recent-minute.ts";
import {
  DEFAULT_RETENTION,
  FINEST_MS,
  MINUTE_MS,
  RESOLUTIONS_S,
  type Retention,
  spanBegin,
} from "./resolution.ts";
import { SampleReader } from "./sample-reader.ts";
import { keptFromAll, letGo, settle } from "./settle.ts";
import { KEPT, MACHINES, RECENT, ROLLUPS } from "./tag-tables.ts";
import { addValue, type TagSample } from "./tag-values.ts";

/**
 * VIEW. Every tag's newest value, and figures of each span of 10 s, 1 min and 1 h. What a machine says in its newest
 * minute is kept apart, in one small row for each 10 s; when it says something of a later minute, that minute is
 * settled: merged into the chunks of all three resolutions. What is older than the newest minute goes there at once.
 * So what stands where depends on what was said and not on when it came. Spans are let go of as `retention` says.
 */
export function tagsViewKeeping(retention: Retention = DEFAULT_RETENTION): View {
  const samples = new SampleReader();
  return {
    name: "tags",
    version: 2,
    consumes: ["telemetry"],
    tables: [MACHINES, RECENT, ROLLUPS, KEPT],
    fold(message: ViewMessage, store: ViewStore): void {
      if (message.type !== "telemetry") return;
      const sample = samples.read(message);
      if (sample.values.length === 0) return;
      const machine = message.topic.machineKey;
      const machines = store.rows(MACHINES);
      const row = machines.get(machine);
      const recent = store.rows(RECENT);
      const minute = spanBegin(sample.at, MINUTE_MS);
      const before = row?.minute ?? minute;
      machines.put(withNewest(row, message, sample));
      if (minute < before) {
        settleSample(store, machine, sample);
        return;
      }
      if (row !== undefined && minute > before) {
        const settled = takeMinute(recent, machine);
        const kept = keptFromAll(store);
        for (const [tag, spans] of settled) settle(store, machine, tag, spans, kept);
      }
      addToMinute(recent, machine, sample);
    },
    retain(newestReceivedMs: number, store: ViewStore): void {
      for (const resolution of RESOLUTIONS_S) {
        const keptMs = retention[resolution];
        if (keptMs !== undefined) letGo(store, resolution, newestReceivedMs - keptMs);
      }
    },
  };
}

/** The {@link tagsViewKeeping} what is kept by default. */
export const tagsView: View = tagsViewKeeping();

function settleSample(store: ViewStore, machine: string, { set, values, at, seq }: TagSample): void {
  const begin = spanBegin(at, FINEST_MS);
  const kept = keptFromAll(store);
  set.names.forEach((tag, index) => {
    const bucket = emptyBucket();
    addValue(bucket, values[index] as TagValue, at, seq);
    settle(store, machine, tag, [{ beginMs: begin, bucket }], kept);
  });
}
