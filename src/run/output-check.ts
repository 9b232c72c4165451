import type { Terminal } from "../adapters/terminal/terminal.ts";
import type { HealthReport } from "../ingest/health.ts";

/** A health report with a word on the console output, where some of it was lost. Nothing else depends on it. */
export function withOutputCheck(report: HealthReport, { loss }: Terminal): HealthReport {
  if (loss === undefined || loss.writes === 0) return report;
  const detail = `${loss.writes} writes to standard output were lost: ${loss.reason}; nothing else is affected`;
  return { ...report, checks: [...report.checks, { name: "console", ok: false, detail }] };
}
