import type { View } from "../../views/view.ts";
import type { ViewTable } from "../../views/view-table.ts";
import { placedAt } from "../span.ts";

/** What was said of a hold: that goods are on it, or what became of them. In the order of time. */
export type HoldEventRow = {
  hold_id: string;
  at_ms: number;
  /** The message that says it. */
  id: number;
  event: string;
  /** Who published it: a machine, or a desk. */
  machine: string;
  /** JSON: the lots, and the cases and pallets, that it is about. */
  lots: string;
  units: string;
  reason: string;
  by_person: string;
  /** Of a release: released, rework, rejected. */
  decision: string | null;
  /** Of a hold: the production that it covers, as the message has its times. */
  made_from: string | null;
  made_until: string | null;
};

/** By hold, then by time: a hold's whole story is one range. */
export const HOLD_EVENTS: ViewTable<HoldEventRow> = {
  name: "hold_events",
  columns: {
    ...{ hold_id: "text", at_ms: "integer", id: "integer", event: "text", machine: "text" },
    ...{ lots: "text", units: "text", reason: "text", by_person: "text", decision: "text" },
    ...{ made_from: "text", made_until: "text" },
  },
  key: ["hold_id", "at_ms", "id"],
};

/** VIEW. Which goods are on hold, who put them there, and what was decided. Holds are few, and kept for ever. */
export const holdsView: View = {
  name: "holds",
  version: 1,
  consumes: ["batch"],
  tables: [HOLD_EVENTS],
  fold(message, store) {
    if (message.type !== "batch") return;
    const { payload, topic, id } = message;
    if (payload.event !== "HOLD" && payload.event !== "RELEASE") return;
    // A lot that was received and is released for the first time was on no hold.
    if (payload.hold_id === undefined) return;
    store.rows(HOLD_EVENTS).put({
      hold_id: payload.hold_id,
      at_ms: placedAt(message),
      id,
      event: payload.event,
      machine: topic.machineKey,
      lots: JSON.stringify(payload.lots ?? []),
      units: JSON.stringify(payload.units ?? []),
      reason: payload.reason,
      by_person: payload.by,
      decision: payload.event === "RELEASE" ? payload.decision : null,
      made_from: payload.event === "HOLD" ? (payload.made_from ?? null) : null,
      made_until: payload.event === "HOLD" ? (payload.made_until ?? null) : null,
    });
  },
};
