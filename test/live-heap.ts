import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of the JavaScript heap that are still reached after a collection. */
export async function liveHeap(): Promise<number> {
  // What a finished promise or a closed handle held goes with the turns after it; the second collection takes what
  // the first one's finalizers let go.
  for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
  collect();
  await new Promise((done) => setImmediate(done));
  collect();
  return process.memoryUsage().heapUsed;
}
