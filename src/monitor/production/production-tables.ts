import type { ViewTable } from "../../views/view-table.ts";

/** A reading of a machine's running counters, from a state message; the key is the message's place. */
export type CountRow = {
  readonly machine: string;
  readonly at_ms: number;
  /** "" and 0 where the publisher numbers nothing. */
  readonly boot: string;
  readonly seq: number;
  readonly id: number;
  readonly unit: string;
  /** PackML ProdConsumedCount, ProdProcessedCount and ProdDefectiveCount, in the unit. */
  readonly consumed: number;
  readonly processed: number;
  readonly defective: number;
  /** When the counters were last set to zero. */
  readonly since_ms: number | null;
};

/** By machine, then by time: what counters showed, as they were told. */
export const COUNTS: ViewTable<CountRow> = {
  name: "counts",
  columns: {
    machine: "text",
    at_ms: "integer",
    boot: "text",
    seq: "integer",
    id: "integer",
    unit: "text",
    consumed: "real",
    processed: "real",
    defective: "real",
    since_ms: "integer",
  },
  key: ["machine", "at_ms", "boot", "seq", "id"],
};

/** Rejects by cause beside a reading, for machines that split them. */
export type RejectRow = {
  readonly machine: string;
  readonly at_ms: number;
  readonly boot: string;
  readonly seq: number;
  readonly id: number;
  readonly cause: string;
  readonly defective: number;
};

/** By machine, then by time and cause. */
export const REJECTS: ViewTable<RejectRow> = {
  name: "rejects",
  columns: {
    machine: "text",
    at_ms: "integer",
    boot: "text",
    seq: "integer",
    id: "integer",
    cause: "text",
    defective: "real",
  },
  key: ["machine", "at_ms", "boot", "seq", "id", "cause"],
};

/** A batch of a line begins or ends, as its controller says; several where it was said again. */
export type OrderRow = {
  /** `<site>/<line>` */
  readonly line: string;
  readonly batch: string;
  /** BATCH_START or BATCH_END. */
  readonly event: string;
  readonly at_ms: number;
  readonly id: number;
  readonly product: string;
  readonly order_id: string | null;
  readonly planned_kg: number | null;
  readonly produced_kg: number | null;
  readonly outcome: string | null;
};

/** By line and batch, begin and end apart. */
export const ORDERS: ViewTable<OrderRow> = {
  name: "orders",
  columns: {
    line: "text",
    batch: "text",
    event: "text",
    at_ms: "integer",
    id: "integer",
    product: "text",
    order_id: "text",
    planned_kg: "real",
    produced_kg: "real",
    outcome: "text",
  },
  key: ["line", "batch", "event", "at_ms", "id"],
};
