// Opens the log in the folder it is given, says "open" or the error's code, and obeys lines on its input:
//   commit N    stores N messages; answers "committed <stored>" or "<code> <retryable>"
//   retry       commits the group that failed last again, unchanged
//   close       closes the log
// Never retries by itself.
import { createInterface } from "node:readline";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { ConcheError } from "../../../../src/errors/conche-error.ts";
import type { CommitGroup } from "../../../../src/log/message-log.ts";
import { BOOT, GroupMaker, MACHINE, record } from "../../../log/log-records.ts";

const folder = process.argv[2] ?? "";

function codeOf(error: unknown): string {
  return error instanceof ConcheError ? `${error.code} ${error.retryable}` : String(error);
}

try {
  const log = await openMessageLog(folder);
  const maker = new GroupMaker(await log.totals());
  const [saved] = await log.loadSequences([{ machine: MACHINE, boot: BOOT }]);
  let next = (saved?.highest ?? 0) + 1;
  for (let seq = 1; seq < next; seq++) maker.tracker(MACHINE, BOOT).store(seq);
  console.log("open");
  let failed: CommitGroup | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, argument] = line.split(" ");
    if (command === "close") {
      await log.close();
      console.log("closed");
      break;
    }
    const messages = Array.from({ length: Number(argument ?? 0) }, () => record(next++));
    const group: CommitGroup = command === "retry" && failed !== undefined ? failed : maker.group(messages);
    try {
      await log.commit(group);
      failed = undefined;
      console.log(`committed ${(await log.totals()).stored}`);
    } catch (error) {
      failed = group;
      console.log(codeOf(error));
    }
  }
} catch (error) {
  console.log(codeOf(error));
  process.exitCode = 1;
}
