import type { CommandGroup } from "./command.ts";
import { correct } from "./quarantine/correct.ts";
import { dismiss } from "./quarantine/dismiss.ts";
import { list } from "./quarantine/list.ts";
import { replay } from "./quarantine/replay.ts";
import { show } from "./quarantine/show.ts";

/** `conche quarantine` */
export const quarantine: CommandGroup = {
  name: "quarantine",
  summary: "messages that were kept aside, and why: list, show, replay, correct, dismiss",
  description:
    "Looks at the messages that could not be stored as ones of the namespace. They are kept byte by byte and were\n" +
    "acknowledged. Each can be put through again after schema or plant was corrected, be corrected itself, or be\n" +
    "dismissed; whatever is decided, the original stays.",
  examples: [
    ["conche quarantine list", "what is open"],
    ["conche quarantine show 17", "one of them, with its bytes"],
    ["conche quarantine replay", "put them through again, after a correction of schema or plant"],
    ['conche quarantine correct 17 copy.json --by "Amel" --why "decimal comma"', "store a corrected copy"],
    ['conche quarantine dismiss --reason json --by "Amel" --why "a test"', "nothing to be done about these"],
  ],
  commands: [list, show, replay, correct, dismiss],
};
