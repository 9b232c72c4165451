import type { AlarmPriority } from "../../contract/schemas/alarm-v2.ts";
import type { ViewTable } from "../../views/view-table.ts";

/**
 * The courses in which one alarm's events run beside one another: its condition comes and goes, people acknowledge,
 * shelve and switch off, the design suppresses.
 */
export const ALARM_LANES = [
  "raised",
  "cleared",
  "acknowledged",
  "comment",
  "shelving",
  "suppression",
  "service",
] as const;
/** A kind of event that is looked at by itself. */
export type AlarmLane = (typeof ALARM_LANES)[number];

/** One event of an alarm, as it was said. */
export type AlarmEventRow = {
  readonly machine: string;
  readonly alarm_id: string;
  readonly lane: AlarmLane;
  /**
   * Where it stands in its lane, ms since 1970: when it was so; for an acknowledgement, up to which occurrence it goes.
   */
  readonly at_ms: number;
  /** Tells apart what stands at the same time in a lane. */
  readonly tie: string;
  readonly event: string;
  /** Event time, ms since 1970. */
  readonly said_ms: number;
  /** The occurrence that it names, ms since 1970, and the last millisecond that its time stamp can mean. */
  readonly target_ms: number | null;
  readonly target_end_ms: number | null;
  readonly by: string | null;
  /** Why, or what the person adds. */
  readonly reason: string | null;
  readonly until_ms: number | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly priority: AlarmPriority | null;
  readonly tag: string | null;
  /** JSON of the value. */
  readonly value: string | null;
  readonly limit_value: number | null;
  readonly limit_kind: string | null;
  readonly unit: string | null;
  readonly product: string | null;
  readonly batch_id: string | null;
  /** Who said it, where another one than the machine did. */
  readonly publisher: string;
  readonly version: number;
  /** The first message that said so, and the newest copy of it: both ids in the log. */
  readonly message_id: number;
  readonly newest_id: number;
  readonly received_ms: number;
};

/** Every event once, by alarm, lane and time. */
export const ALARM_EVENTS: ViewTable<AlarmEventRow> = {
  name: "event",
  columns: {
    machine: "text",
    alarm_id: "text",
    lane: "text",
    at_ms: "integer",
    tie: "text",
    event: "text",
    said_ms: "integer",
    target_ms: "integer",
    target_end_ms: "integer",
    by: "text",
    reason: "text",
    until_ms: "integer",
    code: "text",
    message: "text",
    priority: "text",
    tag: "text",
    value: "text",
    limit_value: "real",
    limit_kind: "text",
    unit: "text",
    product: "text",
    batch_id: "text",
    publisher: "text",
    version: "integer",
    message_id: "integer",
    newest_id: "integer",
    received_ms: "integer",
  },
  key: ["machine", "alarm_id", "lane", "at_ms", "tie"],
};

/** Clears that say which occurrence they end, by the beginning of it. */
export type TargetedClearRow = {
  readonly machine: string;
  readonly alarm_id: string;
  readonly target_ms: number;
  readonly at_ms: number;
  readonly tie: string;
};

/** By alarm, then by the beginning that a clear names, so that an occurrence finds its own. */
export const TARGETED_CLEARS: ViewTable<TargetedClearRow> = {
  name: "targeted_clear",
  columns: { machine: "text", alarm_id: "text", target_ms: "integer", at_ms: "integer", tie: "text" },
  key: ["machine", "alarm_id", "target_ms", "at_ms", "tie"],
};

/** What silences an alarm so that nobody is called (ISA-18.2: shelved, suppressed by design, out of service). */
export type Silence = "shelved" | "suppressed" | "out_of_service";

/** One coming of an alarm with what became of it. */
export type OccurrenceRow = {
  readonly machine: string;
  readonly alarm_id: string;
  readonly raised_ms: number;
  /** When it was last said to be there: later than raised where version 1 repeats itself. */
  readonly last_ms: number;
  /** 1 where the publisher never says that an alarm went (version 1). */
  readonly momentary: number;
  /** When it went, ms since 1970; null while it stands, or when nobody said so. */
  readonly cleared_ms: number | null;
  /** When it came anew without having gone; null where it didn't. */
  readonly superseded_ms: number | null;
  readonly acknowledged_ms: number | null;
  readonly acknowledged_by: string | null;
  readonly comment: string | null;
  /** What silenced it when it came. */
  readonly silenced: Silence | null;
  readonly code: string;
  readonly message: string;
  readonly priority: AlarmPriority;
  readonly tag: string | null;
  readonly value: string | null;
  readonly limit_value: number | null;
  readonly limit_kind: string | null;
  readonly unit: string | null;
  readonly product: string | null;
  readonly batch_id: string | null;
  readonly raised_id: number;
  readonly cleared_id: number | null;
  readonly acknowledged_id: number | null;
  /** Key of the clear that ends it, in its lane. */
  readonly clear_at_ms: number | null;
  readonly clear_tie: string | null;
};

/** By alarm, then by when it was raised. */
export const OCCURRENCES: ViewTable<OccurrenceRow> = {
  name: "occurrence",
  columns: {
    machine: "text",
    alarm_id: "text",
    raised_ms: "integer",
    last_ms: "integer",
    momentary: "integer",
    cleared_ms: "integer",
    superseded_ms: "integer",
    acknowledged_ms: "integer",
    acknowledged_by: "text",
    comment: "text",
    silenced: "text",
    code: "text",
    message: "text",
    priority: "text",
    tag: "text",
    value: "text",
    limit_value: "real",
    limit_kind: "text",
    unit: "text",
    product: "text",
    batch_id: "text",
    raised_id: "integer",
    cleared_id: "integer",
    acknowledged_id: "integer",
    clear_at_ms: "integer",
    clear_tie: "text",
  },
  key: ["machine", "alarm_id", "raised_ms"],
};

/** The occurrences of the whole plant in the order of time. */
export type OccurrenceTimeRow = {
  readonly raised_ms: number;
  readonly machine: string;
  readonly alarm_id: string;
};

/** By when it was raised first: a period of the whole plant is one range. */
export const OCCURRENCE_TIMES: ViewTable<OccurrenceTimeRow> = {
  name: "occurrence_time",
  columns: { raised_ms: "integer", machine: "text", alarm_id: "text" },
  key: ["raised_ms", "machine", "alarm_id"],
};

/** An alarm as it stands: its newest occurrence and what silences it. */
export type AlarmRow = {
  readonly machine: string;
  readonly alarm_id: string;
  /** The newest message that spoke of it: what an action has to know to be up to date. */
  readonly version: number;
  readonly raised_ms: number | null;
  readonly shelved_ms: number | null;
  readonly shelved_until_ms: number | null;
  readonly shelved_by: string | null;
  readonly shelved_reason: string | null;
  readonly suppressed_ms: number | null;
  readonly suppressed_reason: string | null;
  readonly out_of_service_ms: number | null;
  readonly out_of_service_by: string | null;
  readonly out_of_service_reason: string | null;
};

/** By alarm: one row, however often it occurred. */
export const ALARMS: ViewTable<AlarmRow> = {
  name: "alarm",
  columns: {
    machine: "text",
    alarm_id: "text",
    version: "integer",
    raised_ms: "integer",
    shelved_ms: "integer",
    shelved_until_ms: "integer",
    shelved_by: "text",
    shelved_reason: "text",
    suppressed_ms: "integer",
    suppressed_reason: "text",
    out_of_service_ms: "integer",
    out_of_service_by: "text",
    out_of_service_reason: "text",
  },
  key: ["machine", "alarm_id"],
};

/** The alarms that aren't simply normal: the active list is read from here, however many alarms a plant knows. */
export type OpenAlarmRow = { readonly machine: string; readonly alarm_id: string };

/** By alarm: a row is here exactly while the alarm isn't normal. */
export const OPEN_ALARMS: ViewTable<OpenAlarmRow> = {
  name: "open_alarm",
  columns: { machine: "text", alarm_id: "text" },
  key: ["machine", "alarm_id"],
};

/** How far back the view goes: what is older was let go (`since`), and where its first event stands (`oldest`). */
export type AlarmRetentionRow = { readonly name: string; readonly at_ms: number };

/** By name: two rows at the most. */
export const ALARM_RETENTION: ViewTable<AlarmRetentionRow> = {
  name: "retention",
  columns: { name: "text", at_ms: "integer" },
  key: ["name"],
};
