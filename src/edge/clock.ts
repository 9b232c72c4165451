/** Takes back what {@link Clock.after} arranged; harmless when it has already run. */
export type Cancel = () => void;

/** Time as the edge and the consumer use it, so that a test can be the one who moves it. */
export interface Clock {
  /** Milliseconds from some fixed moment; never goes back. */
  now(): number;
  /** Runs `run` once, `delayMs` milliseconds from now. */
  after(delayMs: number, run: () => void): Cancel;
}

/** The machine's own clock. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
