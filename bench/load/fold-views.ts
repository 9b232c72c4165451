// Folds a log into its views from the beginning, in a process of its own, and says what that took: one line of JSON.
import { rmSync } from "node:fs";
import { OpenViews } from "../../src/adapters/sqlite/views/open-views.ts";
import { SqliteFollowedLog } from "../../src/adapters/sqlite/views/sqlite-followed-log.ts";
import { allViews } from "../../src/run/views/all-views.ts";
import { Follower } from "../../src/views/follower.ts";

/** What folding took. */
export interface FoldResult {
  readonly messages: number;
  readonly seconds: number;
  /** User and system time per message, microseconds: comparable even on a busy machine. */
  readonly cpuUs: number;
  readonly peakMb: number;
}

/** As the setting has it. */
const CACHE_BYTES = 48 * 1024 * 1024;
const [folder = "", only] = process.argv.slice(2);
for (const end of ["", "-wal", "-shm"]) rmSync(`${folder}/views.db${end}`, { force: true });
const log = new SqliteFollowedLog(folder);
const opened = await OpenViews.open(folder, { cacheBytes: CACHE_BYTES });
const follower = new Follower({
  views: allViews().filter(({ name }) => only === undefined || only === name),
  log,
  store: opened.store,
  now: () => performance.now(),
});
const before = process.cpuUsage();
const startedAt = performance.now();
while (!follower.step().atEnd);
const { user, system } = process.cpuUsage(before);
const messages = follower.status().logEnd;
const result: FoldResult = {
  messages,
  seconds: (performance.now() - startedAt) / 1_000,
  cpuUs: (user + system) / messages,
  peakMb: process.resourceUsage().maxRSS / 1_024,
};
process.stdout.write(JSON.stringify(result));
opened.close();
log.close();
