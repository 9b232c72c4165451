import type { ConcheError } from "../errors/conche-error.ts";

/** Why a run ends. */
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
