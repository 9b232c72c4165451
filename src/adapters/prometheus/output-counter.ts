import { Counter, type Registry } from "prom-client";

/** What the console should have shown and didn't: the process goes on without it. */
export function registerOutputCounter(registry: Registry, lost: () => number): void {
  new Counter({
    name: "conche_console_writes_lost_total",
    help: "Writes to standard output that failed (a full disk, a reader that went away); nothing else is affected",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(lost());
    },
  });
}
