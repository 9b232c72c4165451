import { readdirSync, readFileSync } from "node:fs";
import type { RunningConche } from "./conche.ts";

/**
 * How long the threads of a process could have run and were not let: what a busy machine adds to whatever the process
 * does. Linux counts it (`/proc/PID/task/TID/schedstat`, the second figure, ns); elsewhere it is taken for nothing.
 */
class MachineWait {
  readonly #folder: string;
  readonly #before = new Map<string, number>();
  readonly #now = new Map<string, number>();

  /** Counts from here on. */
  constructor(pid: number) {
    this.#folder = `/proc/${pid}/task`;
    this.#look(this.#before);
  }

  /** Milliseconds so far, of all threads together; those that have ended count as far as they were seen. */
  ms(): number {
    this.#look(this.#now);
    let ns = 0;
    for (const [thread, waited] of this.#now) ns += waited - (this.#before.get(thread) ?? 0);
    return ns / 1e6;
  }

  #look(into: Map<string, number>): void {
    try {
      for (const thread of readdirSync(this.#folder)) {
        const waited = readFileSync(`${this.#folder}/${thread}/schedstat`, "utf8").split(" ")[1];
        into.set(thread, Number(waited));
      }
    } catch {
      // The process or a thread of it has ended between two looks.
    }
  }
}

/** Between two looks at a process that has to do something in time, milliseconds. */
const LOOK_MS = 100;

/**
 * SIGTERM; resolves with the exit code, null where it had to be killed because it took longer.
 * @param withinMs when it has to have ended, on a machine that lets it run
 */
export async function endWithin(conche: RunningConche, withinMs: number): Promise<number | null> {
  const { child } = conche;
  const waited = new MachineWait(child.pid ?? 0);
  const sentAt = performance.now();
  const watch = setInterval(() => {
    if (performance.now() - sentAt - waited.ms() > withinMs) child.kill("SIGKILL");
  }, LOOK_MS);
  try {
    return await conche.stop("SIGTERM");
  } finally {
    clearInterval(watch);
  }
}

/**
 * Fails when the work with a process takes longer than it may, on a machine that lets the process run.
 * @param work resolves when the process has done what it was asked
 */
export async function answeredWithin(
  { child }: RunningConche,
  withinMs: number,
  work: () => Promise<void>,
): Promise<void> {
  const waited = new MachineWait(child.pid ?? 0);
  const from = performance.now();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const watch = setInterval(() => {
    if (performance.now() - from - waited.ms() > withinMs) reject(new Error(`not within ${withinMs} ms`));
  }, LOOK_MS);
  try {
    await Promise.race([work(), late]);
  } finally {
    clearInterval(watch);
  }
}
