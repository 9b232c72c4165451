import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { DeskStatus } from "../../api/desk.ts";
import type { NotifierState } from "../../notify/notifier.ts";
import { type EditionStatus, type FollowerStatus, lagSeconds, leading } from "../../views/follower-status.ts";
import { type AuditReading, registerAuditMetrics } from "./audit-metrics.ts";
import { registerDeskMetrics } from "./desk-metrics.ts";
import { registerNotifyMetrics } from "./notify-metrics.ts";
import { type PlantFigureReading, registerPlantMetrics } from "./plant-metrics.ts";

/** Registers how far the views are, by view: their number is that of the program's views. */
export function registerViewsMetrics(
  registry: Registry,
  status: () => FollowerStatus,
  now: () => number = Date.now,
): void {
  const gauge = (name: string, help: string, value: (edition: EditionStatus) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["view"],
      registers: [registry],
      collect() {
        this.reset();
        // One that is built beside another counts when it answers.
        for (const edition of leading(status().views)) this.set({ view: edition.name }, value(edition));
      },
    });
  gauge(
    "conche_views_position",
    "The id of the last message of the log that is in the view",
    (each) => each.position,
  );
  gauge(
    "conche_views_lag_messages",
    "Messages of the log that are not in the view yet",
    (each) => each.lagMessages,
  );
  gauge("conche_views_lag_seconds", "How old what the view says is; 0 when it has everything", (each) =>
    lagSeconds(each, now()),
  );
  gauge(
    "conche_views_findings",
    "What the view could not use: wrong, contradictory, incomplete messages; conche views and /api/findings have them",
    (each) => each.findings,
  );
  new Gauge({
    name: "conche_views_building",
    help: "Views that are being built, anew beside the one that answers or for the first time",
    registers: [registry],
    collect() {
      this.set(status().views.filter(({ standing }) => standing === "building").length);
    },
  });
}

/** What a process that only keeps views and answers has to say. */
export interface ViewsMetricsSources {
  readonly status: () => FollowerStatus;
  readonly plant: PlantFigureReading;
  /** What was refused and decided on its HTTP port. */
  readonly audited: () => AuditReading;
  readonly notified?: () => NotifierState;
  readonly desk?: () => DeskStatus | undefined;
}

/** The metrics of a process that only keeps views and answers, in Prometheus' text format. */
export function viewsMetrics({
  status,
  plant,
  audited,
  notified,
  desk,
}: ViewsMetricsSources): () => Promise<string> {
  const registry = new Registry();
  registerViewsMetrics(registry, status);
  registerPlantMetrics(registry, plant);
  registerAuditMetrics(registry, audited);
  if (notified !== undefined) registerNotifyMetrics(registry, notified);
  if (desk !== undefined) registerDeskMetrics(registry, desk);
  collectDefaultMetrics({ register: registry });
  return () => registry.metrics();
}
