/** Time as ingest uses it for pacing, so that a test can be the one who moves it. */
export interface Timer {
  /** Milliseconds from some fixed moment; never goes back. */
  now(): number;
  /** Runs `run` once, `delayMs` milliseconds from now; returns what takes that back. */
  after(delayMs: number, run: () => void): () => void;
}

/** The machine's own clock. */
export const SYSTEM_TIMER: Timer = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
