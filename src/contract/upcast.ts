import { readIdentity } from "./identity.ts";
import { CURRENT_VERSION, type CurrentPayloads } from "./message.ts";
import type { AlarmPriority, AlarmV2 } from "./schemas/alarm-v2.ts";
import type { BatchV2 } from "./schemas/batch-v2.ts";
import type { QualityV2 } from "./schemas/quality-v2.ts";
import type { StateV2 } from "./schemas/state-v2.ts";
import type { TelemetryV2 } from "./schemas/telemetry-v2.ts";
import type { AlarmV1, BatchV1, QualityV1, StateV1, TelemetryV1, V1State } from "./schemas/version-1.ts";
import type { MessageType } from "./topic.ts";

/** Turns a payload of one version into the next one. */
type Upcast = (payload: never) => object;

/** From each older version to the next. A new version adds an entry here, and readers change in no other place. */
const UPCASTS: Readonly<Record<MessageType, Readonly<Record<number, Upcast>>>> = {
  telemetry: { 1: telemetryFromV1 },
  state: { 1: stateFromV1 },
  alarm: { 1: alarmFromV1 },
  quality: { 1: qualityFromV1 },
  batch: { 1: batchFromV1 },
};

/**
 * Brings a payload that readPayload took to the current version. What the newer version has no field for is kept
 * under `extra`; texts longer than the newer version allows are cut (the log holds them whole).
 */
export function upcast<Type extends MessageType>(
  type: Type,
  version: number,
  payload: unknown,
): CurrentPayloads[Type] {
  let current = payload;
  for (let from = version; from < CURRENT_VERSION; from++) {
    const step = UPCASTS[type][from];
    if (step === undefined) throw new RangeError(`no way from ${type}/${from} to ${type}/${CURRENT_VERSION}`);
    current = step(current as never);
  }
  return current as CurrentPayloads[Type];
}

function telemetryFromV1(old: TelemetryV1): TelemetryV2 {
  return {
    v: 2,
    ts: old.ts,
    ...identityOf(old),
    product_type: old.product_type,
    batch_id: old.batch_id,
    tags: old.tags,
    ...extraOf(old, TELEMETRY_FIELDS),
  };
}

const V1_STATE_NAMES = {
  ONLINE: "ONLINE",
  OFFLINE: "OFFLINE",
  RUNNING: "Execute",
  IDLE: "Idle",
} as const satisfies Record<V1State, StateV2["state"]>;

function stateFromV1(old: StateV1): StateV2 {
  const mode = clipped(old.mode ?? "", 80);
  return {
    v: 2,
    ts: old.ts,
    ...identityOf(old),
    state: V1_STATE_NAMES[old.state],
    ...(mode === "" ? {} : { mode }),
    ...(old.product_type ? { product_type: old.product_type } : {}),
    ...(old.batch_id ? { batch_id: old.batch_id } : {}),
    ...extraOf(old, STATE_FIELDS),
  };
}

/** Words machines use for severity; any other one is medium, so that it is neither hidden nor shouted. */
const PRIORITY_OF_SEVERITY: ReadonlyMap<string, AlarmPriority> = new Map([
  ["info", "low"],
  ["low", "low"],
  ["minor", "low"],
  ["warning", "medium"],
  ["warn", "medium"],
  ["medium", "medium"],
  ["error", "high"],
  ["high", "high"],
  ["major", "high"],
  ["alarm", "high"],
  ["critical", "critical"],
  ["emergency", "critical"],
  ["fatal", "critical"],
]);

/** Version 1 knows only that an alarm came. Its code is what stays the same each time, so it names the alarm. */
function alarmFromV1(old: AlarmV1): AlarmV2 {
  const code = clipped(String(old.code), 80) || "UNNAMED";
  const { limit, value } = old;
  const notCarried = typeof limit === "string" || typeof limit === "boolean" ? { limit } : {};
  return {
    v: 2,
    ts: old.ts,
    ...identityOf(old),
    event: "raised",
    alarm_id: code,
    code,
    message: clipped(old.message, 500) || code,
    priority: PRIORITY_OF_SEVERITY.get(old.severity.toLowerCase()) ?? "medium",
    ...(value === undefined || value === null ? {} : { value }),
    ...(typeof limit === "number" ? { limit } : {}),
    product_type: old.product_type,
    batch_id: old.batch_id,
    ...extraOf(old, ALARM_FIELDS, { severity: old.severity, ...notCarried }),
  };
}

function qualityFromV1(old: QualityV1): QualityV2 {
  return {
    v: 2,
    ts: old.ts,
    ...identityOf(old),
    product_type: old.product_type,
    batch_id: old.batch_id,
    results: Object.entries(old.results).map(([name, value]) => ({
      characteristic: clipped(name, 80) || "unnamed",
      value,
    })),
    ...extraOf(old, QUALITY_FIELDS),
  };
}

function batchFromV1(old: BatchV1): BatchV2 {
  return {
    v: 2,
    ts: old.ts,
    ...identityOf(old),
    event: old.event,
    product_type: old.product_type,
    batch_id: old.batch_id,
    ...extraOf(old, BATCH_FIELDS),
  };
}

const ENVELOPE_FIELDS = ["v", "ts", "boot", "seq", "refill", "product_type", "batch_id"];
const TELEMETRY_FIELDS: ReadonlySet<string> = new Set([...ENVELOPE_FIELDS, "tags"]);
const STATE_FIELDS: ReadonlySet<string> = new Set([...ENVELOPE_FIELDS, "state", "mode"]);
const ALARM_FIELDS: ReadonlySet<string> = new Set([
  ...ENVELOPE_FIELDS,
  "severity",
  "code",
  "message",
  "value",
  "limit",
]);
const QUALITY_FIELDS: ReadonlySet<string> = new Set([...ENVELOPE_FIELDS, "results"]);
const BATCH_FIELDS: ReadonlySet<string> = new Set([...ENVELOPE_FIELDS, "event"]);

/** Version 1 has no fields for identity, but a sender may add them. */
function identityOf(old: object): { boot?: string; seq?: number; refill?: boolean } {
  const { boot, seq, refill } = old as { boot?: unknown; seq?: unknown; refill?: unknown };
  const reading = readIdentity(boot, seq, undefined);
  return {
    ...(reading.kind === "sequenced" ? reading.identity : {}),
    ...(refill === true ? { refill } : {}),
  };
}

/** The fields that are not in `known`, and what the caller adds, under `extra`; nothing when there are none. */
function extraOf(
  old: object,
  known: ReadonlySet<string>,
  also: Readonly<Record<string, unknown>> = {},
): { extra?: Record<string, unknown> } {
  const unknown = Object.entries(old).filter(([name]) => !known.has(name));
  // fromEntries defines own properties, so that even a field called __proto__ stays a field.
  const extra = Object.fromEntries([...unknown, ...Object.entries(also)]);
  return Object.keys(extra).length === 0 ? {} : { extra };
}

/** At most `max` characters, counted as JSON Schema counts them: by code point, so that no emoji is cut in half. */
function clipped(text: string, max: number): string {
  return text.length <= max ? text : [...text].slice(0, max).join("");
}
