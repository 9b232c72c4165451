import { list } from "./audit/list.ts";
import { verify } from "./audit/verify.ts";
import type { CommandGroup } from "./command.ts";

/** `conche audit` */
export const audit: CommandGroup = {
  name: "audit",
  summary: "who was refused what, and what was decided: list, verify",
  description:
    "Refused connections, publishes, subscriptions and takeovers, changes of the access rules, and what people decided\n" +
    "about quarantine: a table that is only appended to, each entry sealed with the hash of the one before.",
  examples: [
    ["conche audit list --since 1d", "what happened since yesterday"],
    ["conche audit verify", "is the chain whole?"],
  ],
  commands: [list, verify],
};
