import type { CommandGroup } from "./command.ts";
import { list } from "./quarantine/list.ts";
import { replay } from "./quarantine/replay.ts";
import { show } from "./quarantine/show.ts";

/** `conche quarantine` */
export const quarantine: CommandGroup = {
  name: "quarantine",
  summary: "look at messages that were kept aside, and why: list, show, replay",
  description:
    "Looks at the messages that could not be stored as ones of the namespace. They are kept byte by byte, were\n" +
    "acknowledged, and can be put through again after a schema or the plant was corrected.",
  examples: [
    ["conche quarantine list", "what is open"],
    ["conche quarantine show 17", "one of them, with its bytes"],
    ["conche quarantine replay", "put them through again, after a correction"],
  ],
  commands: [list, show, replay],
};
