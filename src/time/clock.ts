/** Takes back what {@link Clock.after} arranged; harmless when it has already run. */
export type Cancel = () => void;

/** PORT. Time that passes, so that a test can be the one who moves it. */
export interface Clock {
  /** Milliseconds from some fixed moment; never goes back. */
  now(): number;
  /** Runs `run` once, `delayMs` milliseconds from now. */
  after(delayMs: number, run: () => void): Cancel;
}
