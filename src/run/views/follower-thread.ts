// The thread that keeps the views: folds what is committed to the log, apart from whoever commits.
import { parentPort, workerData } from "node:worker_threads";
import type { FollowerOrder, FollowerReply } from "../../adapters/worker-threads/follower-worker.ts";
import { allViews } from "./all-views.ts";
import { followLog } from "./following-run.ts";

const { folder, cacheBytes } = workerData as FollowerOrder;
const stop = new AbortController();

function tell(reply: FollowerReply): void {
  parentPort?.postMessage(reply);
}

parentPort?.on("message", () => stop.abort());
await followLog({
  folder,
  views: allViews(),
  cacheBytes,
  signal: stop.signal,
  onProgress: (status, changes) => tell({ kind: "progress", status, changes }),
  onNotice: (notice) => tell({ kind: "notice", ...notice }),
});
parentPort?.close();
