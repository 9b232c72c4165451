import { type Static, Type } from "typebox";
import { closedObject } from "../closed-object.ts";
import { nonNegative, percent, positive } from "../quantity.ts";

/** The line's gateway to the data center. */
export const GatewaySchema = closedObject({
  model: Type.Literal("gateway"),
  latency_ms: positive("median round trip to the data center, ms"),
  cpu_pct: percent("usual load, %"),
  disk_pct: percent("usual filling of its disk, %"),
  slow_uplink_mean_hours: positive("mean time between two spells of a slow uplink, h"),
  slow_uplink_s: nonNegative("how long such a spell lasts, s"),
});

export type GatewayParameters = Static<typeof GatewaySchema>;
