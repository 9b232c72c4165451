import { Gauge, type Registry } from "prom-client";
import type { DeskStatus } from "../../api/desk.ts";

/** Registers how the desk stands with its broker: two series, whatever people do. */
export function registerDeskMetrics(registry: Registry, status: () => DeskStatus | undefined): void {
  new Gauge({
    name: "conche_desk_actions_waiting",
    help: "What people did that waits in the desk's outbox until the log has confirmed it",
    registers: [registry],
    collect() {
      this.set(status()?.waiting ?? 0);
    },
  });
  new Gauge({
    name: "conche_desk_connected",
    help: "1 while the desk reaches its broker, or nobody has acted yet; 0 while what people do only waits",
    registers: [registry],
    collect() {
      this.set((status()?.unreachable ?? null) === null ? 1 : 0);
    },
  });
}
