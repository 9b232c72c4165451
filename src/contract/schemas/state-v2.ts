import { type Static, Type } from "typebox";
import { BOOT_PATTERN } from "../identity.ts";
import { recordOf } from "./combinators.ts";
import {
  machineKey,
  STATE_TS,
  text,
  timestamp,
  UNKNOWN_TS_ONLY_OFFLINE,
  V2_ENVELOPE,
  V2_RULES,
  V2_VERSION,
} from "./envelope.ts";
import { BATCH_ID, PRODUCT_TYPE } from "./product.ts";

/** The states of PackML (ANSI/ISA-TR88.00.02), by name: the numberings of different sources differ. */
export const PACKML_STATES = [
  "Clearing",
  "Stopped",
  "Starting",
  "Idle",
  "Suspended",
  "Execute",
  "Stopping",
  "Aborting",
  "Aborted",
  "Holding",
  "Held",
  "Unholding",
  "Suspending",
  "Unsuspending",
  "Resetting",
  "Completing",
  "Complete",
] as const;

/** Whether a publisher is connected: all that a gateway has to say, and what a will says. */
const CONNECTIVITY_STATES = ["ONLINE", "OFFLINE"] as const;

/** What a stop is counted under. */
export const STOP_CATEGORIES = [
  "failure",
  "minor_stop",
  "changeover",
  "cleaning",
  "maintenance",
  "starved",
  "blocked",
  "quality_hold",
  "no_order",
  "break",
  "safety",
  "other",
] as const;

/** One of {@link PACKML_STATES}. */
export type PackmlState = (typeof PACKML_STATES)[number];
/** One of {@link STOP_CATEGORIES}. */
export type StopCategory = (typeof STOP_CATEGORIES)[number];

const STOP_REASON = Type.Object(
  {
    code: text("the machine's code of the reason"),
    category: Type.Enum(STOP_CATEGORIES, { description: "what the stop is counted under" }),
    message: Type.Optional(text("the reason in words", 500)),
    caused_by: Type.Optional(machineKey("the machine that starves or blocks this one")),
  },
  { description: "why the machine isn't producing; Held has an internal cause, Suspended an external one" },
);

const count = (description: string) => Type.Number({ minimum: 0, description });

const COUNTS = Type.Object(
  {
    unit: Type.Enum(["pieces", "kg"], { description: "what is counted: pieces, or kilograms" }),
    consumed: count("taken in, in the given unit (PackML ProdConsumedCount)"),
    processed: count("worked on, good and bad, in the given unit (PackML ProdProcessedCount)"),
    defective: count("rejected, in the given unit (PackML ProdDefectiveCount)"),
    defective_by_cause: Type.Optional(
      recordOf(count("rejected for this cause, in the given unit"), {
        description: "defective, split by cause",
      }),
    ),
    since: Type.Optional(timestamp("when the counters were last set to zero")),
  },
  { description: "running counters of the machine" },
);

/** The payload of a `state` message of version 2; as a will it says OFFLINE. */
export const StateV2Schema = Type.Object(
  {
    v: V2_VERSION,
    ts: STATE_TS,
    ...V2_ENVELOPE,
    state: Type.Enum([...PACKML_STATES, ...CONNECTIVITY_STATES], {
      description: "the PackML state by name; ONLINE and OFFLINE say only whether the publisher is connected",
    }),
    mode: Type.Optional(
      text(
        "PackML unit mode: Production, Maintenance, Manual, or one of the machine's own, for example Cleaning",
      ),
    ),
    stop_reason: Type.Optional(STOP_REASON),
    counts: Type.Optional(COUNTS),
    since: Type.Optional(timestamp("when the state began, where ts is the time of a later report of it")),
    by: Type.Optional(text("the person or device that caused the change")),
    will_of_boot: Type.Optional(
      Type.String({
        pattern: BOOT_PATTERN.source,
        description:
          "in a will: the start of the publisher whose connection it speaks of; a late will of an earlier start is told apart by it",
      }),
    ),
    product_type: Type.Optional(PRODUCT_TYPE),
    batch_id: Type.Optional(BATCH_ID),
  },
  {
    title: "State, version 2",
    description: "What a machine is doing, why, and what it has counted; the last one is retained",
    ...V2_RULES,
    ...UNKNOWN_TS_ONLY_OFFLINE,
  },
);

/** A state of version 2: PackML's or the connection's, with counters and the reason of a stop. */
export type StateV2 = Static<typeof StateV2Schema>;
