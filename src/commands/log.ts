import type { CommandGroup } from "./command.ts";
import { exportLog } from "./log/export.ts";
import { query } from "./log/query.ts";
import { tail } from "./log/tail.ts";

/** `conche log` */
export const log: CommandGroup = {
  name: "log",
  summary: "look into the log: tail, query, export",
  description:
    "Looks into the log of a data folder, beside a running data center or without one. Changes nothing.",
  examples: [
    ["conche log tail --follow", "what is being stored"],
    ["conche log query --type alarm --since 24h", "the alarms of the last day"],
    ["conche log export --output log.csv", "everything as CSV"],
  ],
  commands: [tail, query, exportLog],
};
