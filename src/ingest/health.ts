/** One thing that has to be right for messages to be taken and kept. */
export interface HealthCheck {
  /** Stable and short: `delivery`, `log`. Monitoring matches on it. */
  readonly name: string;
  readonly ok: boolean;
  /** One line for people: what it is doing, or why it isn't. */
  readonly detail: string;
}

/** The answer to the two questions that operators and load balancers ask, with its reasons. */
export interface HealthReport {
  /** False after a failure that only a restart can mend: the process should be replaced. */
  readonly alive: boolean;
  /** Whether messages are taken and committed right now. */
  readonly ready: boolean;
  readonly checks: readonly HealthCheck[];
}
