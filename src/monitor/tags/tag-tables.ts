import type { ViewTable } from "../../views/view-table.ts";

/** What each machine said last. The newest message's tags stand in columns of their own: mostly those are all. */
export type MachineRow = {
  machine: string;
  /** Begin of the newest minute that holds a value, milliseconds since 1970; what is older is in chunks. */
  minute: number;
  /** What decides which message is newest, before boot, seq and id. */
  order_at: number;
  at: number;
  received_at: number;
  boot: string | null;
  seq: number | null;
  id: number;
  /** JSON: the names of the tags, sorted. */
  tags: string;
  /** JSON: their values, in that order, as the message has them. */
  tag_values: string;
  /** JSON: what other tags said last, by the older messages that said it; empty where there is none. */
  older: string;
};

/** A span of 10 s of a machine's newest minute. */
export type RecentRow = {
  machine: string;
  /** Which of the minute's spans, from 0. */
  place: number;
  begin: number;
  /** JSON: the names of the tags, sorted. */
  tags: string;
  /** Their buckets, in that order. */
  buckets: Uint8Array;
};

/** Up to 360 buckets of one tag. By resolution and time first: what is let go of lies together. */
export type RollupRow = {
  resolution_s: number;
  begin: number;
  machine: string;
  tag: string;
  chunk: Uint8Array;
};

/** Before which begin the chunks of a resolution are gone. */
export type KeptRow = { resolution_s: number; from_ms: number };

/** By machine: its newest values, written with each message. */
export const MACHINES: ViewTable<MachineRow> = {
  name: "tag_machines",
  columns: {
    ...{ machine: "text", minute: "integer", order_at: "integer", at: "integer", received_at: "integer" },
    ...{ boot: "text", seq: "integer", id: "integer", tags: "text", tag_values: "text", older: "text" },
  },
  key: ["machine"],
};

/**
 * By machine and place: the spans that are still being filled, all tags in a row. Each minute uses the rows of the one
 * before it, so that none is looked for on disk.
 */
export const RECENT: ViewTable<RecentRow> = {
  name: "tag_recent",
  columns: { machine: "text", place: "integer", begin: "integer", tags: "text", buckets: "blob" },
  key: ["machine", "place"],
};

/** By resolution and begin first: what is too old is one range at the front. */
export const ROLLUPS: ViewTable<RollupRow> = {
  name: "tag_rollups",
  columns: { resolution_s: "integer", begin: "integer", machine: "text", tag: "text", chunk: "blob" },
  key: ["resolution_s", "begin", "machine", "tag"],
  atHand: ["resolution_s", "machine", "tag"],
};

/** By resolution: one row each. */
export const KEPT: ViewTable<KeptRow> = {
  name: "tag_kept",
  columns: { resolution_s: "integer", from_ms: "integer" },
  key: ["resolution_s"],
};
