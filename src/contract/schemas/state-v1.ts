import { type Static, Type } from "typebox";
import { STATE_TS, UNKNOWN_TS_ONLY_OFFLINE, V1_VERSION } from "./envelope.ts";
import { V1_OPTIONAL_BATCH_ID, V1_OPTIONAL_PRODUCT_TYPE } from "./product.ts";

const V1_STATES = ["ONLINE", "OFFLINE", "RUNNING", "IDLE"] as const;

/** What the seed's machines send as state, retained, and leave behind as their will. */
export const StateV1Schema = Type.Object(
  {
    v: V1_VERSION,
    ts: STATE_TS,
    state: Type.Enum(V1_STATES, { description: "connected, gone, producing, or waiting" }),
    product_type: V1_OPTIONAL_PRODUCT_TYPE,
    batch_id: V1_OPTIONAL_BATCH_ID,
    mode: Type.Optional(
      Type.Unsafe<string | null>({
        type: ["string", "null"],
        description: "the mode the machine runs in, in its own words",
      }),
    ),
  },
  {
    title: "State, version 1",
    description: "What a machine is doing; the last one is retained",
    additionalProperties: true,
    ...UNKNOWN_TS_ONLY_OFFLINE,
  },
);

/** A state of version 1: online, offline, running or idle. */
export type StateV1 = Static<typeof StateV1Schema>;
/** One of the four states of version 1. */
export type V1State = (typeof V1_STATES)[number];
