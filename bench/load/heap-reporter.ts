// Preloaded into a process and its threads (NODE_OPTIONS=--import): collects everything now and then, and notes what is
// still held. In a file for each thread, because that has a heap of its own.
//
//   SOAK_FOLDER   where to, SOAK_EVERY_MS   how often
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread, threadId } from "node:worker_threads";

/** What one thread held at one moment. */
export interface HeapSample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Live heap after a collection, bytes. */
  readonly heap: number;
  /** Bytes outside of it that its objects stand for (buffers). */
  readonly external: number;
  /** Resident memory of the whole process, bytes. */
  readonly resident: number;
}

const { SOAK_FOLDER: folder, SOAK_EVERY_MS: everyMs } = process.env;
if (folder !== undefined) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const thread = isMainThread ? "main" : `thread-${threadId}`;
  const file = join(folder, `${process.pid}-${thread}.jsonl`);
  setInterval(() => {
    collect();
    const { used_heap_size, external_memory } = getHeapStatistics();
    const sample: HeapSample = {
      at: Date.now(),
      heap: used_heap_size,
      external: external_memory,
      resident: process.memoryUsage.rss(),
    };
    appendFileSync(file, `${JSON.stringify(sample)}\n`);
  }, Number(everyMs)).unref();
}
