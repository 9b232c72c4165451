// The thread that keeps the views: folds what is committed to the log, apart from whoever commits.
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import type {
  FollowerOrder,
  FollowerReply,
  FollowerRequest,
} from "../../adapters/worker-threads/follower-worker.ts";
import { allViews } from "./all-views.ts";
import { followLog } from "./following-run.ts";

const VIEWS_NICENESS = 5;
const { folder, cacheBytes } = workerData as FollowerOrder;
const stop = new AbortController();
let held: PromiseWithResolvers<void> | undefined;

function tell(reply: FollowerReply): void {
  parentPort?.postMessage(reply);
}

// Whoever commits comes first, yet a busy machine must not silence the views: a third of a full share (nice 5).
// On Linux a priority is the thread's own; elsewhere it would be the whole process's.
if (process.platform === "linux") setPriority(VIEWS_NICENESS);

parentPort?.on("message", (request: FollowerRequest) => {
  if (request === "hold") held ??= Promise.withResolvers();
  else {
    if (request === "stop") stop.abort();
    held?.resolve();
    held = undefined;
  }
});
await followLog({
  folder,
  views: allViews(),
  cacheBytes,
  signal: stop.signal,
  turn: async () => held?.promise,
  onProgress: (status, changes) => tell({ kind: "progress", status, changes }),
  onNotice: (notice) => tell({ kind: "notice", ...notice }),
});
parentPort?.close();
