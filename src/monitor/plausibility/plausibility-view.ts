import { FLAG_NAMES, IMPLAUSIBLE_FLAGS, implausibleFlags } from "../../contract/policy.ts";
import type { View } from "../../views/view.ts";
import type { ViewReading, ViewTable } from "../../views/view-table.ts";

/** How many messages of a machine have a flag that says that they don't fit the plant or the clock. */
export type FlaggedRow = {
  /** `<site>/<line>/<step>/<machine>` */
  machine: string;
  /** As in FLAG_NAMES: unknown_tag, not_a_number. */
  flag: string;
  messages: number;
  /** Received, milliseconds since 1970: a flag may say that the event time is wrong. */
  first_received_ms: number;
  last_received_ms: number;
  /** The newest of them in the log. */
  last_id: number;
};

const FLAGGED: ViewTable<FlaggedRow> = {
  name: "flagged",
  columns: {
    machine: "text",
    flag: "text",
    messages: "integer",
    first_received_ms: "integer",
    last_received_ms: "integer",
    last_id: "integer",
  },
  key: ["machine", "flag"],
};
const IMPLAUSIBLE = FLAG_NAMES.filter(([bit]) => (bit & IMPLAUSIBLE_FLAGS) !== 0);

/** VIEW. What machines say that doesn't fit the plant or the clock: counted by machine and flag. */
export const plausibilityView: View = {
  name: "plausibility",
  version: 2,
  consumes: ["telemetry", "state", "alarm", "quality", "batch"],
  tables: [FLAGGED],
  fold({ flags, topic: { machineKey: machine }, id, receivedAtMs }, store) {
    const implausible = implausibleFlags(flags, machine);
    if (implausible === 0) return;
    const rows = store.rows(FLAGGED);
    for (const [bit, flag] of IMPLAUSIBLE) {
      if ((implausible & bit) === 0) continue;
      const known = rows.get(machine, flag);
      rows.put({
        ...{ machine, flag },
        messages: (known?.messages ?? 0) + 1,
        first_received_ms: Math.min(known?.first_received_ms ?? receivedAtMs, receivedAtMs),
        last_received_ms: Math.max(known?.last_received_ms ?? receivedAtMs, receivedAtMs),
        last_id: Math.max(known?.last_id ?? id, id),
      });
    }
  },
};

/** By machine and flag, in this order; those after a page's last row where it is named. */
export function flagged(reading: ViewReading, after?: readonly [string, string]): Iterable<FlaggedRow> {
  return reading.rows(FLAGGED).range({ after });
}
