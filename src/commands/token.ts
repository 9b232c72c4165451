import type { CommandGroup } from "./command.ts";
import { create } from "./token/create.ts";
import { list } from "./token/list.ts";
import { revoke } from "./token/revoke.ts";

/** `conche token` */
export const token: CommandGroup = {
  name: "token",
  summary: "who may use dashboard and API, and as what: create, list, revoke",
  description:
    "Tokens of the HTTP port, in the data folder. With the first one, everybody has to log in: people paste their token\n" +
    "into the dashboard, programs send it as `Authorization: Bearer TOKEN`. What is made and revoked counts for the next\n" +
    "request, also of a data center that runs. Roles: viewer, operator, quality, admin (docs/secure-the-dashboard.md).",
  examples: [
    ['conche token create "Amel Trabelsi" --role operator', "for a person"],
    ["conche token create prometheus --role viewer --expires 365d", "for a program, for a year"],
    ["conche token list", "who has one, and when it was last used"],
    ['conche token revoke "Amel Trabelsi"', "ends token and logins at once"],
  ],
  commands: [create, list, revoke],
};
