import { type Static, Type } from "typebox";
import { discriminatedUnion } from "./combinators.ts";
import {
  machineKey,
  TS,
  text,
  timestamp,
  V2_ENVELOPE,
  V2_RULES,
  V2_VERSION,
  type V2Envelope,
} from "./envelope.ts";
import { BATCH_ID, PRODUCT_TYPE } from "./product.ts";
import { PLAIN_VALUE, UNIT } from "./value-quality.ts";

/** Priorities of ISA-18.2: about 80 % low, 15 % medium, 5 % high, critical in a hundred at most. */
export const ALARM_PRIORITIES = ["low", "medium", "high", "critical"] as const;
/** The priority of an alarm (ISA-18.2). */
export type AlarmPriority = (typeof ALARM_PRIORITIES)[number];

/** Which side of which limit an alarm guards. */
const LIMIT_KINDS = ["low_low", "low", "high", "high_high", "deviation", "rate", "discrete"] as const;

const BY = text("the person who did it");
const REASON = text("why", 500);

const raised = Type.Object(
  {
    event: Type.Literal("raised", { description: "the condition came" }),
    code: text("the code of the alarm, for example TEMP_OUT_OF_RANGE"),
    message: text("the alarm in words, with what to do", 500),
    priority: Type.Enum(ALARM_PRIORITIES, { description: "how soon a person must act (ISA-18.2)" }),
    tag: Type.Optional(text("the tag that is watched")),
    value: Type.Optional(PLAIN_VALUE),
    limit: Type.Optional(Type.Number({ description: "the limit that was passed, in the given unit" })),
    limit_kind: Type.Optional(Type.Enum(LIMIT_KINDS, { description: "which limit it was" })),
    limit_version: Type.Optional(text("the version of the limit that was in force")),
    unit: Type.Optional(UNIT),
  },
  { title: "Alarm raised", description: "The condition came: the alarm is active and unacknowledged" },
);
const cleared = Type.Object(
  {
    event: Type.Literal("cleared", { description: "the condition went" }),
    value: Type.Optional(PLAIN_VALUE),
    unit: Type.Optional(UNIT),
  },
  { title: "Alarm cleared", description: "The condition went; an acknowledgement may still be owed" },
);
const acknowledged = Type.Object(
  {
    event: Type.Literal("acknowledged", { description: "a person has seen it" }),
    by: BY,
    comment: Type.Optional(text("what the person adds", 500)),
  },
  { title: "Alarm acknowledged", description: "A person has seen it and takes it on" },
);
const commented = Type.Object(
  {
    event: Type.Literal("commented", { description: "a person says something about it" }),
    by: BY,
    comment: text("what the person says", 500),
  },
  { title: "Alarm commented", description: "A person says something about it; the alarm stands as it did" },
);
const shelved = Type.Object(
  {
    event: Type.Literal("shelved", { description: "silenced by a person for a time" }),
    by: BY,
    until: timestamp("when it comes back by itself"),
    reason: REASON,
  },
  { title: "Alarm shelved", description: "Silenced by a person, for a time, with a reason" },
);
const unshelved = Type.Object(
  {
    event: Type.Literal("unshelved", { description: "no longer silenced" }),
    by: Type.Optional(text("the person who ended it; absent when its time was over")),
  },
  { title: "Alarm unshelved", description: "No longer silenced, by a person or because the time was over" },
);
const suppressed = Type.Object(
  {
    event: Type.Literal("suppressed", { description: "silenced by the design of the plant" }),
    reason: REASON,
  },
  {
    title: "Alarm suppressed",
    description: "Silenced by design, for example while the machine is being cleaned",
  },
);
const unsuppressed = Type.Object(
  { event: Type.Literal("unsuppressed", { description: "the design no longer silences it" }) },
  { title: "Alarm no longer suppressed", description: "The situation that silenced it by design is over" },
);
const outOfService = Type.Object(
  {
    event: Type.Literal("out_of_service", { description: "switched off for maintenance" }),
    by: BY,
    reason: REASON,
  },
  { title: "Alarm out of service", description: "Switched off by a person, for maintenance" },
);
const returnedToService = Type.Object(
  {
    event: Type.Literal("returned_to_service", { description: "switched on again" }),
    by: BY,
  },
  { title: "Alarm returned to service", description: "Switched on again after maintenance" },
);

const ALARM_EVENTS = [
  raised,
  cleared,
  acknowledged,
  commented,
  shelved,
  unshelved,
  suppressed,
  unsuppressed,
  outOfService,
  returnedToService,
] as const;

/** The fields that every alarm event has. */
interface AlarmFields extends V2Envelope {
  alarm_id: string;
  source?: string;
  raised_at?: string;
  product_type?: string;
  batch_id?: string;
}

/** One step in the life of an alarm (ISA-18.2, IEC 62682). */
export const AlarmV2Schema = discriminatedUnion<typeof ALARM_EVENTS, AlarmFields>("event", ALARM_EVENTS, {
  title: "Alarm, version 2",
  description: "One step in the life of an alarm",
  required: ["v", "ts", "alarm_id", "event"],
  properties: {
    v: V2_VERSION,
    ts: TS,
    ...V2_ENVELOPE,
    alarm_id: text("the alarm, the same each time it comes; unique within its machine"),
    source: Type.Optional(
      machineKey("the machine whose alarm it is, when another one (a desk) speaks of it"),
    ),
    raised_at: Type.Optional(timestamp("when the occurrence began that the event belongs to")),
    product_type: Type.Optional(PRODUCT_TYPE),
    batch_id: Type.Optional(BATCH_ID),
  },
  ...V2_RULES,
});

/** One step in the life of an alarm (ISA-18.2), told by its `event`. */
export type AlarmV2 = Static<typeof AlarmV2Schema>;
