import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import type { ReplayLog } from "../../../../src/log/replay-log.ts";
import { messageLogSuite } from "../../../log/message-log-suite.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();
const folders = new Map<ReplayLog, string>();

async function openIn(folder: string): Promise<ReplayLog> {
  const log = await openMessageLog(folder);
  folders.set(log, folder);
  return log;
}

messageLogSuite("SqliteMessageLog", {
  create: () => openIn(newFolder()),
  async reopen(log) {
    await log.close();
    return openIn(folders.get(log) ?? "");
  },
  dispose: (log) => log.close(),
});
