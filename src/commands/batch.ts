import { record } from "./batch/record.ts";
import { verify } from "./batch/verify.ts";
import type { CommandGroup } from "./command.ts";

/** `conche batch` */
export const batch: CommandGroup = {
  name: "batch",
  summary: "the electronic record of a batch, sealed: record, verify",
  description:
    "Draws up the record of a batch from the log and the genealogy, and checks its seal against the log.",
  examples: [
    ["conche batch record B20260111-DA-0042 --format html --output record.html", "a record to sign"],
    ["conche batch verify B20260111-DA-0042 --record record.html", "is it still what the log says?"],
  ],
  commands: [record, verify],
};
