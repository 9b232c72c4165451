import { type Plant, plantOf } from "./plant.ts";

/** The plant with no machine sending telemetry more often than this, seconds; null leaves it as the file says. */
export function withTelemetryInterval(plant: Plant, seconds: number | null): Plant {
  if (seconds === null) return plant;
  const sites = plant.document.sites.map((site) => ({
    ...site,
    lines: site.lines.map((line) => ({
      ...line,
      machines: line.machines.map((machine) => ({
        ...machine,
        telemetry_interval_s: Math.max(seconds, machine.telemetry_interval_s ?? 1),
      })),
    })),
  }));
  return plantOf({ ...plant.document, sites });
}
