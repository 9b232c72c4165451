import { extname, resolve } from "node:path";
import { makeDataFolder } from "../adapters/sqlite/database/data-folder.ts";
import { logFiles } from "../adapters/sqlite/database/database-files.ts";
import { type BackupProgress, backupLog } from "../adapters/sqlite/log/backup-log.ts";
import { requireLog } from "../adapters/sqlite/log/open-for-reading.ts";
import { grouped } from "../adapters/terminal/counts.ts";
import { jsonLine } from "../adapters/terminal/json-line.ts";
import { progressLine } from "../adapters/terminal/progress-line.ts";
import { defineCommand } from "./command.ts";

/** `conche backup TARGET` */
export const backup = defineCommand({
  name: "backup",
  summary: "copy the log to another place while it is being written",
  description:
    "Copies the log as it stood at one commit, checks the copy, and gives it its name when it is whole and on disk.\n" +
    "TARGET is a folder (made when it isn't there; `conche verify --data TARGET` checks it) or a file that ends in .db.\n" +
    "To go back to it: stop the data center, put the file into an empty data folder as datacenter_messages.db, start.",
  examples: [
    ["conche backup /backup/$(date +%F)", "into a folder of the day"],
    ["conche backup log.db --data /var/lib/conche", "into a file"],
  ],
  arguments: [{ name: "target", help: "folder, or file that ends in .db" }],
  settings: ["data"],
  async run({ arguments: { target = "" }, config, terminal }) {
    // First of all, so that nothing is made where there is nothing to copy.
    requireLog(logFiles(config.data));
    const file = fileOf(resolve(target));
    const tell = progressLine(terminal, config.json);
    const onProgress =
      tell && ((progress: BackupProgress) => tell(progress.phase, progress.done, progress.total));
    const report = await backupLog(config.data, file, { onProgress });
    const { stored, quarantined } = report.totals;
    const moment = new Date(report.committedAt).toISOString();
    const text = `${report.file}: ${grouped(stored)} stored, ${grouped(quarantined)} in quarantine, as of ${moment}`;
    terminal.out.write(`${config.json ? jsonLine({ ...report }) : text}\n`);
    return 0;
  },
});

/** A folder gets a log that is called as in a data folder, so that every command can look into it. */
function fileOf(target: string): string {
  if (extname(target) === ".db") return target;
  makeDataFolder(target);
  return logFiles(target).database;
}
