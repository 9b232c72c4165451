import { constants, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { Counter, Gauge, type Registry } from "prom-client";

/** What of a garbage collection its entry says. */
interface Collection {
  readonly detail?: { readonly kind?: number };
}

/**
 * What the process still holds after a collection of everything. The size of the heap as such goes up and down by tens
 * of megabytes with every collection, in which a leak is not to be seen for hours; this one is flat.
 */
export function registerHeapGauge(registry: Registry): void {
  const gauge = new Gauge({
    name: "conche_heap_after_gc_bytes",
    help: "JavaScript heap in use after the last full garbage collection; growth over days is a leak",
    registers: [registry],
  });
  gauge.set(getHeapStatistics().used_heap_size);
  const observer = new PerformanceObserver((list) => {
    const full = list.getEntries().some((entry) => {
      return (entry as Collection).detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
    });
    if (full) gauge.set(getHeapStatistics().used_heap_size);
  });
  observer.observe({ entryTypes: ["gc"] });
}

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
