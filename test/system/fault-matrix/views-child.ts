// Keeps the views of a folder in portions as small as they come, and says after each commit where it stands, until it
// is killed or told to end where the log ends.
import { writeSync } from "node:fs";
import { OpenViews } from "../../../src/adapters/sqlite/views/open-views.ts";
import { SqliteFollowedLog } from "../../../src/adapters/sqlite/views/sqlite-followed-log.ts";
import { allViews } from "../../../src/run/views/all-views.ts";
import { Follower } from "../../../src/views/follower.ts";

const [folder = "", portionMs = "0"] = process.argv.slice(2);
const log = new SqliteFollowedLog(folder);
const views = await OpenViews.open(folder, { cacheBytes: 1_000_000 });
const follower = new Follower({
  views: allViews(),
  log,
  store: views.store,
  now: () => performance.now(),
  portionMs: Number(portionMs),
});
for (let atEnd = false; !atEnd; ) {
  ({ atEnd } = follower.step());
  writeSync(1, `${Math.min(...follower.status().views.map(({ position }) => position))}\n`);
}
views.close();
log.close();
