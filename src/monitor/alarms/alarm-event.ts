import { CURRENT_VERSION } from "../../contract/message.ts";
import { parseTimestamp } from "../../contract/timestamp.ts";
import type { ViewMessageOf } from "../../views/view.ts";
import type { AlarmEventRow, AlarmLane } from "./alarm-tables.ts";

type AlarmMessage = ViewMessageOf<"alarm">;
type Event = AlarmMessage["payload"]["event"];

const LANES: Readonly<Record<Event, AlarmLane>> = {
  raised: "raised",
  cleared: "cleared",
  acknowledged: "acknowledged",
  commented: "comment",
  shelved: "shelving",
  unshelved: "shelving",
  suppressed: "suppression",
  unsuppressed: "suppression",
  out_of_service: "service",
  returned_to_service: "service",
};

/**
 * The row of an alarm message. What is said twice (a copy without identity, over another way) has the same key: lane,
 * time, event and publisher. At the same millisecond in one lane a silence is over before the next begins.
 */
export function alarmEvent(message: AlarmMessage): AlarmEventRow {
  const { payload, topic, atMs } = message;
  const target = payload.raised_at === undefined ? undefined : timeSpan(payload.raised_at);
  const lane = LANES[payload.event];
  return {
    machine: payload.source ?? topic.machineKey,
    alarm_id: payload.alarm_id,
    lane,
    at_ms: lane === "acknowledged" ? (target?.endMs ?? atMs) : atMs,
    tie: tieOf(message, target?.fromMs),
    event: payload.event,
    said_ms: atMs,
    target_ms: target?.fromMs ?? null,
    target_end_ms: target?.endMs ?? null,
    ...detailsOf(payload),
    product: payload.product_type ?? null,
    batch_id: message.batchId,
    publisher: topic.machineKey,
    version: message.version,
    message_id: message.id,
    newest_id: message.id,
    received_ms: message.receivedAtMs,
  };
}

/**
 * What decides how an event is brought together with others is part of its key, so that no copy changes that of
 * another. The newer version comes first: it says more.
 */
function tieOf({ payload, topic, version }: AlarmMessage, targetMs: number | undefined): string {
  const order = isEnd(payload.event) ? 0 : 1;
  const names = payload.event === "cleared" && targetMs !== undefined ? ` ${targetMs}` : "";
  return `${order} ${payload.event} ${CURRENT_VERSION - version}${names} ${topic.machineKey}`;
}

type Details = Pick<
  AlarmEventRow,
  | "by"
  | "reason"
  | "until_ms"
  | "code"
  | "message"
  | "priority"
  | "tag"
  | "value"
  | "limit_value"
  | "limit_kind"
  | "unit"
>;

const NO_DETAILS: Details = {
  by: null,
  reason: null,
  until_ms: null,
  code: null,
  message: null,
  priority: null,
  tag: null,
  value: null,
  limit_value: null,
  limit_kind: null,
  unit: null,
};

function detailsOf(payload: AlarmMessage["payload"]): Details {
  switch (payload.event) {
    case "raised":
      return {
        ...NO_DETAILS,
        code: payload.code,
        message: payload.message,
        priority: payload.priority,
        tag: payload.tag ?? null,
        value: valueText(payload.value),
        limit_value: payload.limit ?? null,
        limit_kind: payload.limit_kind ?? null,
        unit: payload.unit ?? null,
      };
    case "cleared":
      return { ...NO_DETAILS, value: valueText(payload.value), unit: payload.unit ?? null };
    case "acknowledged":
    case "commented":
      return { ...NO_DETAILS, by: payload.by, reason: payload.comment ?? null };
    case "shelved":
      return {
        ...NO_DETAILS,
        by: payload.by,
        reason: payload.reason,
        until_ms: parseTimestamp(payload.until),
      };
    case "suppressed":
      return { ...NO_DETAILS, reason: payload.reason };
    case "out_of_service":
      return { ...NO_DETAILS, by: payload.by, reason: payload.reason };
    case "unshelved":
    case "returned_to_service":
      return { ...NO_DETAILS, by: payload.by ?? null };
    case "unsuppressed":
      return NO_DETAILS;
  }
}

function isEnd(event: Event): boolean {
  return event === "unshelved" || event === "unsuppressed" || event === "returned_to_service";
}

function valueText(value: number | string | boolean | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** The milliseconds that a time stamp can mean: one without a fraction was cut to the second by its writer. */
function timeSpan(text: string): { readonly fromMs: number; readonly endMs: number } | undefined {
  const fromMs = parseTimestamp(text);
  if (fromMs === null) return undefined;
  return { fromMs, endMs: text.includes(".") ? fromMs : fromMs + 999 };
}
