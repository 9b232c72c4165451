import type { ViewTable } from "../../views/view-table.ts";

/** A machine and start of it, and what came of it. `boot` is empty for what came without identity. */
export type BootRow = {
  machine: string;
  boot: string;
  stored: number;
  /** The highest number; 0 without identity. */
  highest: number;
  /** Messages that came long after they were said, and those sent again to close a gap. */
  late: number;
  refills: number;
  /** Received, milliseconds since 1970. */
  first_received: number;
  last_received: number;
  /** The machine's clock minus the data center's, of the message received last, and that one's id. */
  skew_ms: number;
  skew_id: number;
};

/** Which of 1024 numbers of a start came: as runs of numbers in a row, with the event times of the messages at their ends. */
export type NumbersRow = {
  machine: string;
  boot: string;
  block: number;
  /** The last run, in columns of its own: mostly it grows by one. */
  from_seq: number;
  to_seq: number;
  from_at: number;
  to_at: number;
  /** JSON: the runs before it, ascending; empty where there is none. */
  earlier: string;
};

/** What a machine said in one minute of its own time. */
export type MinuteRow = {
  machine: string;
  minute: number;
  messages: number;
  late: number;
  refills: number;
  /** Received, milliseconds since 1970: of what came late only; null without. */
  late_first_received: number | null;
  late_last_received: number | null;
  /** The longest way from said to received, milliseconds. */
  delay_max_ms: number;
};

/** What was received of a line in one minute of the data center's time. */
export type ReceivedRow = { line: string; minute: number; messages: number; delay_max_ms: number };

/** Before which minute the minutes are gone. */
export type KeptMinutesRow = { name: string; from_ms: number };

/** By machine and boot: one row for each start of a publisher. */
export const BOOTS: ViewTable<BootRow> = {
  name: "completeness_boots",
  columns: {
    ...{ machine: "text", boot: "text", stored: "integer", highest: "integer", late: "integer" },
    ...{ refills: "integer", first_received: "integer", last_received: "integer" },
    ...{ skew_ms: "integer", skew_id: "integer" },
  },
  key: ["machine", "boot"],
};

/** By machine, boot and block of numbers: what is stored is kept as ranges. */
export const NUMBERS: ViewTable<NumbersRow> = {
  name: "completeness_numbers",
  columns: {
    ...{ machine: "text", boot: "text", block: "integer", from_seq: "integer", to_seq: "integer" },
    ...{ from_at: "integer", to_at: "integer", earlier: "text" },
  },
  key: ["machine", "boot", "block"],
};

/** By machine and minute of its own time. */
export const MINUTES: ViewTable<MinuteRow> = {
  name: "completeness_minutes",
  columns: {
    ...{ machine: "text", minute: "integer", messages: "integer", late: "integer", refills: "integer" },
    ...{ late_first_received: "integer", late_last_received: "integer", delay_max_ms: "integer" },
  },
  key: ["machine", "minute"],
};

/** By line and minute of the data center's time. */
export const RECEIVED: ViewTable<ReceivedRow> = {
  name: "completeness_received",
  columns: { line: "text", minute: "integer", messages: "integer", delay_max_ms: "integer" },
  key: ["line", "minute"],
};

/** By name: one row. */
export const KEPT_MINUTES: ViewTable<KeptMinutesRow> = {
  name: "completeness_kept",
  columns: { name: "text", from_ms: "integer" },
  key: ["name"],
};
