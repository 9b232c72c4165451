import { Type } from "typebox";
import { choice, integer, positive } from "./setting.ts";

/** Views and API. */
export const views = Type.Object(
  {
    use: choice(
      {
        name: "views",
        argument: "on|off",
        help: "keep views of the log and answer questions about them at /api; off leaves that to `conche serve`",
      },
      ["on", "off"],
      "on",
    ),
    cacheMb: integer(
      {
        name: "views-cache",
        argument: "MB",
        help: "rows of views kept in memory, in megabytes; more makes rebuilding faster",
      },
      4,
      4_096,
      48,
    ),
    timeLimitSeconds: positive(
      {
        name: "api-time-limit",
        argument: "SECONDS",
        help: "longest time for one answer of the API, in seconds",
      },
      600,
      5,
    ),
  },
  { title: "Views and API" },
);
