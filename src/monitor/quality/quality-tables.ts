import type { ViewTable } from "../../views/view-table.ts";

/** What one message says of one characteristic: the values of a sample, with what belongs to them. */
export type SampleRow = {
  /** The machine or laboratory that examined it. */
  readonly machine: string;
  readonly characteristic: string;
  /** When the sample was taken, ms since 1970; when it was examined where that isn't said. */
  readonly at_ms: number;
  readonly tie: string;
  /** Numbers of good quality: single readings where there are any, otherwise the results. */
  readonly n: number;
  readonly mean: number | null;
  /** Sum of squared deviations from the mean. */
  readonly m2: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** JSON: the numbers, in the order in which they were said. */
  readonly numbers: string | null;
  /** JSON: every result as it was said (nozzle, lane, piece, limits, method), without readings and curve. */
  readonly results: string;
  /** JSON: the raw curves. */
  readonly curves: string | null;
  /** Results that are words or yes and no, or none at all. */
  readonly words: number;
  /** Numbers left out, because their quality is not good. */
  readonly doubtful: number;
  readonly passed: number;
  readonly failed: number;
  readonly unit: string | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly target: number | null;
  readonly product: string | null;
  readonly batch_id: string | null;
  readonly lot_id: string | null;
  readonly sample_id: string | null;
  readonly taken_from: string | null;
  readonly examined_by: string | null;
  readonly boot: string | null;
  readonly seq: number | null;
  readonly message_id: number;
  readonly received_ms: number;
};

/** By machine and characteristic, then by when it was taken. */
export const SAMPLES: ViewTable<SampleRow> = {
  name: "sample",
  columns: {
    machine: "text",
    characteristic: "text",
    at_ms: "integer",
    tie: "text",
    n: "integer",
    mean: "real",
    m2: "real",
    min: "real",
    max: "real",
    numbers: "text",
    results: "text",
    curves: "text",
    words: "integer",
    doubtful: "integer",
    passed: "integer",
    failed: "integer",
    unit: "text",
    lower: "real",
    upper: "real",
    target: "real",
    product: "text",
    batch_id: "text",
    lot_id: "text",
    sample_id: "text",
    taken_from: "text",
    examined_by: "text",
    boot: "text",
    seq: "integer",
    message_id: "integer",
    received_ms: "integer",
  },
  key: ["machine", "characteristic", "at_ms", "tie"],
};

/** A characteristic of a machine that at least one sample was taken of. */
export type CharacteristicRow = {
  readonly machine: string;
  readonly characteristic: string;
  /** When its first and its newest sample were taken, ms since 1970. */
  readonly first_ms: number;
  readonly last_ms: number;
};

/** By machine and characteristic: one row, however many samples. */
export const CHARACTERISTICS: ViewTable<CharacteristicRow> = {
  name: "characteristic",
  columns: { machine: "text", characteristic: "text", first_ms: "integer", last_ms: "integer" },
  key: ["machine", "characteristic"],
};

/** A message that was put right by a later one: what it said no longer counts. */
export type CorrectedRow = {
  readonly machine: string;
  readonly boot: string;
  readonly seq: number;
  readonly reason: string;
  readonly corrected_by: string;
  /** The message that puts it right, by its id in the log. */
  readonly message_id: number;
};

/** By machine, boot and number of the message that was wrong. */
export const CORRECTED: ViewTable<CorrectedRow> = {
  name: "corrected",
  columns: {
    machine: "text",
    boot: "text",
    seq: "integer",
    reason: "text",
    corrected_by: "text",
    message_id: "integer",
  },
  key: ["machine", "boot", "seq"],
};

/** How far back the view goes: what is older was let go (`since`). */
export type QualityRetentionRow = { readonly name: string; readonly at_ms: number };

/** By name: one row. */
export const QUALITY_RETENTION: ViewTable<QualityRetentionRow> = {
  name: "retention",
  columns: { name: "text", at_ms: "integer" },
  key: ["name"],
};
