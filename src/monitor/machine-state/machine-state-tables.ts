import type { ViewTable } from "../../views/view-table.ts";

/** What tells a machine's state from another: two reports with the same of these are one stay in one state. */
export type StateFields = {
  /** A PackML state by name, or ONLINE or OFFLINE. */
  readonly state: string;
  readonly mode: string | null;
  readonly stop_category: string | null;
  readonly stop_code: string | null;
  /** A machine key. */
  readonly caused_by: string | null;
};

/** One state message. The key is its place: event time, and what tells messages of one millisecond apart. */
export type StateRow = StateFields & {
  readonly machine: string;
  readonly at_ms: number;
  /** "" and 0 where the publisher numbers nothing. */
  readonly boot: string;
  readonly seq: number;
  readonly id: number;
  /** When the state began, where the message is a later report of it. */
  readonly since_ms: number | null;
  readonly stop_message: string | null;
  readonly product: string | null;
  readonly batch: string | null;
  readonly will_of_boot: string | null;
};

/** By machine, then by time; boot, number and id keep reports of one millisecond apart, in order. */
export const STATES: ViewTable<StateRow> = {
  name: "states",
  columns: {
    machine: "text",
    at_ms: "integer",
    boot: "text",
    seq: "integer",
    id: "integer",
    state: "text",
    mode: "text",
    stop_category: "text",
    stop_code: "text",
    caused_by: "text",
    since_ms: "integer",
    stop_message: "text",
    product: "text",
    batch: "text",
    will_of_boot: "text",
  },
  key: ["machine", "at_ms", "boot", "seq", "id"],
};

/**
 * A machine's newest PackML state and its newest word about the connection, so that the state of a whole plant is one
 * read of one small table.
 */
export type CurrentRow = {
  readonly machine: string;
  /** The place of the newest PackML message in `states`; null before the first. */
  readonly at_ms: number | null;
  readonly boot: string | null;
  readonly seq: number | null;
  readonly id: number | null;
  /** The place of the message with which the stay in this state began, and when that was. */
  readonly run_at_ms: number | null;
  readonly run_boot: string | null;
  readonly run_seq: number | null;
  readonly run_id: number | null;
  readonly began_ms: number | null;
  readonly state: string | null;
  readonly mode: string | null;
  readonly stop_category: string | null;
  readonly stop_code: string | null;
  readonly caused_by: string | null;
  readonly stop_message: string | null;
  /** The newest ONLINE or OFFLINE. */
  readonly link_state: string | null;
  readonly link_at_ms: number | null;
  readonly link_boot: string | null;
  readonly link_seq: number | null;
  readonly link_id: number | null;
};

/** By machine: its newest state, and its newest ONLINE or OFFLINE. */
export const CURRENT: ViewTable<CurrentRow> = {
  name: "current",
  columns: {
    machine: "text",
    at_ms: "integer",
    boot: "text",
    seq: "integer",
    id: "integer",
    run_at_ms: "integer",
    run_boot: "text",
    run_seq: "integer",
    run_id: "integer",
    began_ms: "integer",
    state: "text",
    mode: "text",
    stop_category: "text",
    stop_code: "text",
    caused_by: "text",
    stop_message: "text",
    link_state: "text",
    link_at_ms: "integer",
    link_boot: "text",
    link_seq: "integer",
    link_id: "integer",
  },
  key: ["machine"],
};

/** When a machine last spoke, by message type; OFFLINE is not the machine speaking. Milliseconds since 1970. */
export type SeenRow = {
  readonly machine: string;
  readonly telemetry_ms: number | null;
  readonly state_ms: number | null;
  readonly alarm_ms: number | null;
  readonly quality_ms: number | null;
  readonly batch_ms: number | null;
  /** When the data center last received anything from it. */
  readonly received_ms: number;
  /** What it works on: what its newest telemetry or state message that names a product or batch says. */
  readonly work_ms: number | null;
  readonly product: string | null;
  readonly batch: string | null;
};

/** By machine: one row. */
export const SEEN: ViewTable<SeenRow> = {
  name: "seen",
  columns: {
    machine: "text",
    telemetry_ms: "integer",
    state_ms: "integer",
    alarm_ms: "integer",
    quality_ms: "integer",
    batch_ms: "integer",
    received_ms: "integer",
    work_ms: "integer",
    product: "text",
    batch: "text",
  },
  key: ["machine"],
};

/** In which slots of an hour a machine said anything (presence.ts). */
export type PresenceRow = {
  readonly machine: string;
  readonly hour_ms: number;
  readonly slots: Uint8Array;
};

/** By machine and hour. */
export const PRESENCE: ViewTable<PresenceRow> = {
  name: "presence",
  columns: { machine: "text", hour_ms: "integer", slots: "blob" },
  key: ["machine", "hour_ms"],
};

/** What a machine worked on in an hour, and from when in it. "" where the machine named only the other of the two. */
export type WorkRow = {
  readonly machine: string;
  readonly hour_ms: number;
  readonly product: string;
  readonly batch: string;
  readonly first_ms: number;
};

/** By machine and hour, then by what it worked on. */
export const WORK: ViewTable<WorkRow> = {
  name: "work",
  columns: { machine: "text", hour_ms: "integer", product: "text", batch: "text", first_ms: "integer" },
  key: ["machine", "hour_ms", "product", "batch"],
};
