import type { TSchema } from "typebox";
import { CommandSchema } from "./command.ts";
import { CURRENT_VERSION } from "./message.ts";
import { DELIVERY_POLICY, type DeliveryPolicy, DOWN_POLICY } from "./policy.ts";
import { ReceiptSchema } from "./receipt.ts";
import { AlarmV2Schema } from "./schemas/alarm-v2.ts";
import { BatchV2Schema } from "./schemas/batch-v2.ts";
import { QualityV2Schema } from "./schemas/quality-v2.ts";
import { StateV2Schema } from "./schemas/state-v2.ts";
import { TelemetryV2Schema } from "./schemas/telemetry-v2.ts";
import {
  AlarmV1Schema,
  BatchV1Schema,
  QualityV1Schema,
  StateV1Schema,
  TelemetryV1Schema,
} from "./schemas/version-1.ts";
import { DOWN_KINDS, DOWN_ROOT, type DownKind, MESSAGE_TYPES, type MessageType, UP_ROOT } from "./topic.ts";

/** `telemetry/2`: what the MQTT 5 user property `schema` and the quarantine say. */
export type SchemaName = `${MessageType | DownKind}/${number}`;

interface Entry {
  readonly name: SchemaName;
  readonly version: number;
  readonly schema: TSchema;
  readonly policy: DeliveryPolicy;
  /** Whether publishers of ours write this version. */
  readonly current: boolean;
}

/** A payload that machines publish: its type, version, schema and delivery policy. */
export interface UpEntry extends Entry {
  readonly direction: "up";
  readonly type: MessageType;
  readonly root: typeof UP_ROOT;
}

/** A payload that the data center publishes to a machine. */
export interface DownEntry extends Entry {
  readonly direction: "down";
  readonly type: DownKind;
  readonly root: typeof DOWN_ROOT;
}

/** One form of payload, up to the data center or down from it. */
export type CatalogueEntry = UpEntry | DownEntry;

/** The schemas of each type by version. A version that was published never leaves this table. */
const UP_SCHEMAS = {
  telemetry: { 1: TelemetryV1Schema, 2: TelemetryV2Schema },
  state: { 1: StateV1Schema, 2: StateV2Schema },
  alarm: { 1: AlarmV1Schema, 2: AlarmV2Schema },
  quality: { 1: QualityV1Schema, 2: QualityV2Schema },
  batch: { 1: BatchV1Schema, 2: BatchV2Schema },
} as const satisfies Record<MessageType, Record<number, TSchema>>;

const DOWN_SCHEMAS = { receipt: ReceiptSchema, command: CommandSchema } as const satisfies Record<
  DownKind,
  TSchema
>;

/** The name of a payload schema. */
export function schemaName<Type extends MessageType | DownKind>(
  type: Type,
  version: number,
): `${Type}/${number}` {
  return `${type}/${version}`;
}

function upEntries(type: MessageType): UpEntry[] {
  return Object.entries(UP_SCHEMAS[type]).map(([key, schema]) => {
    const version = Number(key);
    return {
      direction: "up",
      type,
      root: UP_ROOT,
      name: schemaName(type, version),
      version,
      schema,
      policy: DELIVERY_POLICY[type],
      current: version === CURRENT_VERSION,
    };
  });
}

/** What machines publish: every type in every version. */
export const UP_CATALOGUE: readonly UpEntry[] = MESSAGE_TYPES.flatMap(upEntries);

/** What the data center publishes to machines. */
export const DOWN_CATALOGUE: readonly DownEntry[] = DOWN_KINDS.map((type) => ({
  direction: "down",
  type,
  root: DOWN_ROOT,
  name: schemaName(type, 1),
  version: 1,
  schema: DOWN_SCHEMAS[type],
  policy: DOWN_POLICY[type],
  current: true,
}));

/** Everything that travels: validation, documents, access rules and tests are made from this one list. */
export const CATALOGUE: readonly CatalogueEntry[] = [...UP_CATALOGUE, ...DOWN_CATALOGUE];

/** The versions known of a message type, ascending. */
export function versionsOf(type: MessageType): number[] {
  return UP_CATALOGUE.filter((entry) => entry.type === type).map((entry) => entry.version);
}
