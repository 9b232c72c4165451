import { Counter, type Registry } from "prom-client";

/** What the audit says of itself: events by kind, a fixed list, and writes that failed. */
export interface AuditReading {
  readonly events: Readonly<Record<string, number>>;
  readonly failures: number;
}

/** Entries of the audit table by kind, and what was counted without an entry of its own. */
export function registerAuditMetrics(registry: Registry, figures: () => AuditReading): void {
  new Counter({
    name: "conche_audit_events_total",
    help: "What was refused or decided, by kind; who and when: conche audit list",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [kind, events] of Object.entries(figures().events)) this.inc({ kind }, events);
    },
  });
  new Counter({
    name: "conche_audit_write_failures_total",
    help: "Attempts to write the audit table that failed; what was to be written is kept and tried again",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(figures().failures);
    },
  });
}
