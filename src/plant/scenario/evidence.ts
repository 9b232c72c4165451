import { type Static, type TProperties, Type } from "typebox";
import { discriminatedUnion } from "../../contract/schemas/combinators.ts";
import { MESSAGE_TYPES } from "../../contract/topic.ts";
import { closedObject, count, name, nonNegative, number, positive } from "../schema/fields.ts";

const BOUNDS = {
  equals: Type.Optional(
    Type.Unsafe<string | number | boolean>({
      type: ["string", "number", "boolean"],
      description: "exactly this",
    }),
  ),
  above: Type.Optional(number("greater than this")),
  below: Type.Optional(number("less than this")),
};

const ConditionSchema = closedObject(BOUNDS, { minProperties: 1, description: "what a field must be" });
/** What a field of a message must be: a value, or above or below a number. */
export type Condition = Static<typeof ConditionSchema>;

const AT_LEAST = { at_least: Type.Optional(count("so many of them; by default 1")) };
const TAG = { tag: name("the tag") };
const kind = <const Kind extends string, Fields extends TProperties>(word: Kind, fields: Fields) =>
  closedObject({
    evidence: Type.Literal(word),
    machine: Type.Optional(name("the machine, where it is another one than the finding's")),
    ...fields,
  });

/** Messages of a type whose fields (paths such as `tags.temp_c`, `stop_reason.code`) meet conditions. */
const messages = kind("messages", {
  type: Type.Enum(MESSAGE_TYPES, { description: "type of the messages" }),
  where: Type.Optional(
    Type.Unsafe<Record<string, Condition>>({
      type: "object",
      additionalProperties: ConditionSchema,
      description: "conditions by field",
    }),
  ),
  ...AT_LEAST,
});

/** Quality results of a characteristic. */
const results = kind("results", {
  characteristic: name("what was examined"),
  nozzle: Type.Optional(count("of this nozzle only")),
  ...BOUNDS,
  ...AT_LEAST,
});

/** A tag that shows exactly the same value for so long. */
const unchanged = kind("unchanged", { ...TAG, minutes: positive("for so long, min") });
/** A tag whose values spread more than they can. */
const spread = kind("spread", {
  ...TAG,
  above: nonNegative("standard deviation from one to the next, more than"),
});
/** A tag that moves by more than this from the window's begin to its end (means of its first and last tenth). */
const shift = kind("shift", {
  ...TAG,
  above: Type.Optional(number("up by more than")),
  below: Type.Optional(number("down below, negative")),
});
/** Nothing arrives of the machine for so long. */
const silence = kind("silence", { minutes: positive("for so long, min") });
/** Messages arrive later than they say they were sent. */
const late = kind("late", { seconds: positive("so late at least, s"), ...AT_LEAST });
/** Time stamps that can't be: away from the time of arrival by so much, forward or (negative) back. */
const skew = kind("skew", { seconds: number("so much at least, s"), ...AT_LEAST });
/** Numbers of the machine that never arrive. */
const gap = kind("gap", { ...AT_LEAST });
/** More alarms within so many minutes than a person can take in (ISA-18.2: 10 in 10 minutes). */
const flood = kind("flood", { alarms: count("so many of the whole line"), minutes: positive("within, min") });
/** Lots and logistic units in which what came with the contaminated lot is, and shipments with them. */
const affected = kind("affected", {
  lots: count("so many lots at least"),
  units: Type.Integer({ minimum: 0, description: "so many cases and pallets at least" }),
  shipments: Type.Integer({ minimum: 0, description: "so many shipments at least" }),
});

/** What is counted over the window, and what its rate is. */
const RATES = {
  alarms_per_day: "alarms raised on the line, 1/d",
  alarms_low_pct: "share of low priority among them, %",
  stops_per_day: "stops of the wrapper with an internal cause, 1/d",
  weight_rejects_pct: "packs rejected by the checkweigher, %",
  metal_rejects_ppm: "packs rejected by the metal detector, ppm",
} as const;
/** A key of RATES. */
export type RateName = keyof typeof RATES;

/** A rate over the window within a range. */
const rate = kind("rate", {
  of: Type.Enum(Object.keys(RATES) as RateName[], { description: "what is counted" }),
  from: nonNegative("at least"),
  to: nonNegative("at most"),
});

const KINDS = [
  messages,
  results,
  unchanged,
  spread,
  shift,
  silence,
  late,
  skew,
  gap,
  flood,
  affected,
  rate,
] as const;

/** What shows a finding in the messages. */
export const EvidenceSchema = discriminatedUnion("evidence", KINDS, {
  description: "what shows it in the messages",
});

/** What in the messages shows a finding, told by its `evidence`. */
export type Evidence = Static<(typeof KINDS)[number]>;
/** How a finding is looked for. */
export type EvidenceKind = Evidence["evidence"];
/** The evidence with a given `evidence` field. */
export type EvidenceOf<Kind extends EvidenceKind> = Extract<Evidence, { evidence: Kind }>;
