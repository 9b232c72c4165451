import type { ViewTable } from "../../views/view-table.ts";

/** A batch event of the log, as it was said. What nothing corrects counts; the rest stays, to be seen. */
export type EventRow = {
  /** The id of its message. */
  readonly id: number;
  readonly at_ms: number;
  readonly received_ms: number;
  readonly event: string;
  readonly machine: string;
  /** "" and 0 where the publisher numbers nothing. */
  readonly boot: string;
  readonly seq: number;
  readonly batch: string | null;
  /** Its payload as JSON, without version, number and time stamp. */
  readonly body: string;
  /** The message that puts it right. */
  readonly corrected_by: number | null;
};

/** By id in the log. */
export const EVENTS: ViewTable<EventRow> = {
  name: "events",
  columns: {
    id: "integer",
    at_ms: "integer",
    received_ms: "integer",
    event: "text",
    machine: "text",
    boot: "text",
    seq: "integer",
    batch: "text",
    body: "text",
    corrected_by: "integer",
  },
  key: ["id"],
};

/** Where the event with a publisher's number is, and which message corrects it, whichever came first. */
export type NumberRow = {
  readonly machine: string;
  readonly boot: string;
  readonly seq: number;
  readonly id: number | null;
  readonly corrected_by: number | null;
};

/** By machine, boot and number, as corrections name what they correct. */
export const NUMBERS: ViewTable<NumberRow> = {
  name: "numbers",
  columns: { machine: "text", boot: "text", seq: "integer", id: "integer", corrected_by: "integer" },
  key: ["machine", "boot", "seq"],
};

/** Corrections that took something back: whoever keeps a copy of what events say reads it anew after one. */
export type RetractionRow = { readonly id: number; readonly corrected: number };

/** By id of the correction. */
export const RETRACTIONS: ViewTable<RetractionRow> = {
  name: "retractions",
  columns: { id: "integer", corrected: "integer" },
  key: ["id", "corrected"],
};

/** Events by kind and time. */
export type MomentRow = { readonly event: string; readonly at_ms: number; readonly id: number };

/** By kind of event, then by time. */
export const MOMENTS: ViewTable<MomentRow> = {
  name: "moments",
  columns: { event: "text", at_ms: "integer", id: "integer" },
  key: ["event", "at_ms", "id"],
};

/** Events of a batch by time, cases left out: they are found by their lots. */
export type BatchMomentRow = {
  readonly batch: string;
  readonly at_ms: number;
  readonly id: number;
  readonly event: string;
};

/** By batch, then by time. */
export const BATCH_MOMENTS: ViewTable<BatchMomentRow> = {
  name: "batch_moments",
  columns: { batch: "text", at_ms: "integer", id: "integer", event: "text" },
  key: ["batch", "at_ms", "id"],
};

/** Part of a lot went into another lot, or into a pallet or case: what the graph in memory is built from. */
export type EdgeRow = {
  /** The event that says it. */
  readonly id: number;
  readonly n: number;
  readonly source: string;
  readonly target: string;
  /** `lot`: the target is a lot; `unit`: a case or pallet; `boundary`: the source's last mass is in the target's first. */
  readonly kind: string;
  /** How much of the source, milligrams; 0 where nobody said. */
  readonly mg: number;
};

/** By the event that says it: a correction takes its edges back in one range. */
export const EDGES: ViewTable<EdgeRow> = {
  name: "edges",
  columns: { id: "integer", n: "integer", source: "text", target: "text", kind: "text", mg: "integer" },
  key: ["id", "n"],
};

/** A lot is named by an event: its journal. */
export type MentionRow = {
  readonly lot: string;
  readonly at_ms: number;
  readonly id: number;
  readonly n: number;
  /** One of ROLES (event-facts.ts). */
  readonly role: string;
  readonly mg: number;
  readonly pieces: number;
  /** The other lot, unit, place, hold or shipment. */
  readonly peer: string;
};

/** By lot, then by time: the whole story of a lot is one range. */
export const MENTIONS: ViewTable<MentionRow> = {
  name: "mentions",
  columns: {
    lot: "text",
    at_ms: "integer",
    id: "integer",
    n: "integer",
    role: "text",
    mg: "integer",
    pieces: "integer",
    peer: "text",
  },
  key: ["lot", "at_ms", "id", "n"],
};

/** A lot: what it is, and the sums of what was made and taken of it. */
export type LotRow = {
  readonly lot: string;
  /** How the description was come by: received or created (0), an output (1), an input (2), a name only (3). */
  readonly told_by: number;
  readonly told_ms: number;
  readonly told_id: number;
  readonly material: string | null;
  readonly kind: string | null;
  readonly product: string | null;
  readonly batch: string | null;
  /** Declared with LOT_RECEIVED or LOT_CREATED. */
  readonly declared_mg: number;
  readonly declared_pieces: number;
  /** Sum of what TRANSFORMED, SILO_TOPPED_UP, TRANSFERRED and REWORK_CREATED made of it. */
  readonly made_mg: number;
  readonly made_pieces: number;
  readonly used_mg: number;
  readonly used_pieces: number;
  /** In cases or pallets. */
  readonly packed_mg: number;
  readonly packed_pieces: number;
  readonly received: number;
  readonly created: number;
  /** Events by which something became part of it. */
  readonly sources: number;
  /** Its first coming into being, its first use; null before either was said. */
  readonly first_ms: number | null;
  readonly first_used_ms: number | null;
  readonly first_used_id: number | null;
};

/** By lot. */
export const LOTS: ViewTable<LotRow> = {
  name: "lots",
  columns: {
    lot: "text",
    told_by: "integer",
    told_ms: "integer",
    told_id: "integer",
    material: "text",
    kind: "text",
    product: "text",
    batch: "text",
    declared_mg: "integer",
    declared_pieces: "integer",
    made_mg: "integer",
    made_pieces: "integer",
    used_mg: "integer",
    used_pieces: "integer",
    packed_mg: "integer",
    packed_pieces: "integer",
    received: "integer",
    created: "integer",
    sources: "integer",
    first_ms: "integer",
    first_used_ms: "integer",
    first_used_id: "integer",
  },
  key: ["lot"],
};
