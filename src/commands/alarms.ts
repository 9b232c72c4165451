import { ack } from "./alarms/ack.ts";
import { comment } from "./alarms/comment.ts";
import { history } from "./alarms/history.ts";
import { list } from "./alarms/list.ts";
import { performance } from "./alarms/performance.ts";
import { shelve } from "./alarms/shelve.ts";
import { show } from "./alarms/show.ts";
import { unshelve } from "./alarms/unshelve.ts";
import type { CommandGroup } from "./command.ts";

/** `conche alarms` */
export const alarms: CommandGroup = {
  name: "alarms",
  summary: "what needs somebody now, and how the alarm system does: list, history, show, performance",
  description:
    "Looks at alarms as ISA-18.2 sees them, and acts on them by messages of a desk. Works beside the process that keeps\n" +
    "the views of the data folder.",
  examples: [
    ["conche alarms list", "what needs somebody"],
    ["conche alarms history --since 8h", "the shift"],
    ["conche alarms performance --since 7d", "a week against ISA-18.2"],
    ["conche alarms ack temper-01 temp_c.high --by a.trabelsi", "somebody has seen it"],
  ],
  commands: [list, history, show, performance, ack, comment, shelve, unshelve],
};
