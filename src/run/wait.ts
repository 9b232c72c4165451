import { ConcheError } from "../errors/conche-error.ts";

/** Why a run ends: a signal asked for it, `--for` is over, or an error. */
export type EndOfRun = "asked" | "time" | ConcheError;

/** Waits until a signal asks to stop, the time given with `--for` is over, or something failed for good. */
export async function endOfRun(
  stop: AbortSignal,
  forSeconds: number | null,
  failed: Promise<ConcheError>,
): Promise<EndOfRun> {
  if (stop.aborted) return "asked";
  const ends = new AbortController();
  const asked = new Promise<EndOfRun>((resolve) => {
    stop.addEventListener("abort", () => resolve("asked"), { once: true, signal: ends.signal });
  });
  const waits: Promise<EndOfRun>[] = [asked, failed];
  if (forSeconds !== null) {
    waits.push(
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve("time"), forSeconds * 1000);
        ends.signal.addEventListener("abort", () => clearTimeout(timer));
      }),
    );
  }
  try {
    return await Promise.race(waits);
  } finally {
    ends.abort();
  }
}

/**
 * Lets a run go on until its end, and stops it. @returns the exit code
 * @throws ConcheError what failed for good
 */
export async function untilEnd(
  run: { readonly failed: Promise<ConcheError>; stop(): Promise<void> },
  stop: AbortSignal,
  forSeconds: number | null,
): Promise<number> {
  const end = await endOfRun(stop, forSeconds, run.failed);
  await run.stop();
  if (end instanceof ConcheError) throw end;
  return 0;
}

/** Whether something is done in time; not where it fails. */
export async function within(done: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  done.then(
    () => resolve(true),
    () => resolve(false),
  );
  const inTime = await promise;
  clearTimeout(timer);
  return inTime;
}
