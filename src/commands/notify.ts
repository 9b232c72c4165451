import type { CommandGroup } from "./command.ts";
import { test } from "./notify/test.ts";

/** `conche notify` */
export const notify: CommandGroup = {
  name: "notify",
  summary: "notifications: test",
  description:
    "Who is told of alarms, missing data and a data center that is not ready stands in the file that --notify names\n" +
    "(docs/notifications.md). What became of each message: /api/notifications, and the dashboard's page Data.",
  examples: [["conche notify test --notify notify.yaml", "a test message to every channel"]],
  commands: [test],
};
