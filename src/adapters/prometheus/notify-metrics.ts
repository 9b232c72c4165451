import { Gauge, type Registry } from "prom-client";
import { CONDITION_KINDS } from "../../notify/condition.ts";
import type { NotifierState } from "../../notify/notifier.ts";

/** Registers what became of notifications: by channel, whose names stand in the notification file, and by kind. */
export function registerNotifyMetrics(registry: Registry, state: () => NotifierState): void {
  new Gauge({
    name: "conche_notifications",
    help: "Messages to a channel since its state was made, by what became of them; overflowed: news that found no room",
    labelNames: ["channel", "outcome"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [channel, { sent, failed, overflowed }] of state().channels) {
        for (const [outcome, count] of Object.entries({ sent, failed, overflowed }))
          this.set({ channel, outcome }, count);
      }
    },
  });
  new Gauge({
    name: "conche_notifications_waiting",
    help: "Messages to a channel that wait for their next attempt",
    labelNames: ["channel"],
    registers: [registry],
    collect() {
      this.reset();
      const { channels, deliveries } = state();
      for (const channel of channels.keys()) this.set({ channel }, 0);
      for (const { channel, state: standing } of deliveries.values())
        if (standing === "waiting") this.inc({ channel });
    },
  });
  new Gauge({
    name: "conche_notify_conditions",
    help: "Conditions that people were told of and that still stand, by kind",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      const told = [...state().told.values()].filter(
        ({ toldMs, goneMs }) => toldMs !== null && goneMs === null,
      );
      for (const kind of CONDITION_KINDS) {
        this.set(
          { kind },
          new Set(told.filter((each) => each.condition.kind === kind).map((each) => each.condition.key)).size,
        );
      }
    },
  });
}
