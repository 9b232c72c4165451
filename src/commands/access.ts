import { render } from "./access/render.ts";
import { show } from "./access/show.ts";
import type { CommandGroup } from "./command.ts";

/** `conche access` */
export const access: CommandGroup = {
  name: "access",
  summary: "who may do what: show the rules, render them for Mosquitto and EMQX",
  description:
    "Access rules are computed from the contract, the plant and the access file. The embedded broker keeps them with\n" +
    "--access policy; Mosquitto and EMQX get them as files. docs/access.md says what an access file looks like.",
  examples: [
    ["conche access show", "every identity there is"],
    ["conche access render mosquitto > acl", "for acl_file of mosquitto.conf"],
  ],
  commands: [show, render],
};
