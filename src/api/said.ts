import { Type } from "typebox";
import { isoTime } from "../time/iso-time.ts";
import type { DeskMessage } from "./desk.ts";
import { Time } from "./period.ts";
import { orNull } from "./schemas.ts";

/** What an action is answered with: its message, and whether that has arrived. */
export const SAID = {
  machine: Type.String({ description: "The desk that says it" }),
  boot: Type.String(),
  seq: Type.Integer({ description: "Done when the message with this number is in the log and the view" }),
  confirmed: Type.Boolean({
    description: "The log has it already; otherwise it is on its way, or waits in the outbox",
  }),
  unreachable_since: orNull({
    ...Time,
    description:
      "It waits in the outbox, which outlives a restart: the broker can't be reached since then; null where it is",
  }),
};

/** The same of one message. */
export function shownSaid({ machine, boot, seq, confirmed, unreachableSinceMs }: DeskMessage) {
  const unreachable_since = unreachableSinceMs === null ? null : isoTime(unreachableSinceMs);
  return { machine, boot, seq, confirmed, unreachable_since };
}
