/** One thing that has to be right for messages to be taken. */
export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** The answer to "is it alive" (if not: restart it) and "is it ready" (if not: send nothing, look why). */
export interface HealthReport {
  readonly alive: boolean;
  readonly ready: boolean;
  readonly checks: readonly HealthCheck[];
}
