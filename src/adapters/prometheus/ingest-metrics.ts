import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { DeskStatus } from "../../api/desk.ts";
import type { MachineKey } from "../../contract/topic.ts";
import type { HealthReport } from "../../ingest/health.ts";
import { type IngestObserver, observers } from "../../ingest/observer.ts";
import { daysUntilFull, type LogGrowth } from "../../log/log-growth.ts";
import type { QuarantineRoom } from "../../log/quarantine-room.ts";
import type { SequenceState } from "../../log/sequence-state.ts";
import type { NotifierState } from "../../notify/notifier.ts";
import type { FollowerStatus } from "../../views/follower-status.ts";
import { type AuditReading, registerAuditMetrics } from "./audit-metrics.ts";
import { CommitCounters } from "./commit-counters.ts";
import { registerDeskMetrics } from "./desk-metrics.ts";
import { registerNotifyMetrics } from "./notify-metrics.ts";
import { type PlantFigureReading, registerPlantMetrics } from "./plant-metrics.ts";
import { registerHeapGauge, registerOutputCounter } from "./process-metrics.ts";
import { registerPublisherGauges } from "./publisher-gauges.ts";
import { PublisherLedger } from "./publisher-ledger.ts";
import { registerViewsMetrics } from "./views-metrics.ts";

/** What the metrics ask when they are read. */
export interface MetricSources {
  /** The product's version. */
  readonly version: string;
  /** Machines of the plant model get series of their own; all others share one. */
  readonly knowsMachine: (machine: MachineKey) => boolean;
  /** What the log knows of its publishers at the start, those heard last first; LEDGER_LIMIT are enough. */
  readonly known?: readonly SequenceState[];
  readonly health: () => HealthReport;
  /** Messages accepted and not yet settled. */
  readonly waiting: () => number;
  /** Size of the log on disk with its write-ahead log, bytes. */
  readonly logBytes: () => number;
  /** Size of the write-ahead log, bytes. */
  readonly walBytes: () => number;
  /** How fast the log grows, where that can be told. */
  readonly growth?: () => LogGrowth | undefined;
  /** What is free where the log is, bytes. */
  readonly freeBytes?: () => number | undefined;
  readonly quarantine: () => QuarantineRoom;
  /** Entries of what is kept in memory, by name (docs/bounds.md). */
  readonly kept: () => Readonly<Record<string, number>>;
  /** Open connections of the embedded broker; left out where another broker is used. */
  readonly brokerConnections?: () => number;
  /** When the embedded broker's certificates, authorities and revocation lists end; left out where it has none. */
  readonly expiries?: () => readonly { readonly what: string; readonly endsMs: number }[];
  /** Times that another broker had lost the session since the start; left out where the embedded one is used. */
  readonly sessionsLost?: () => number;
  /** Writes to standard output that failed. */
  readonly outputLost?: () => number;
  /** What people were told; left out where nobody is. */
  readonly notified?: () => NotifierState;
  /** How the desk stands; undefined before the first action, left out where nobody can act here. */
  readonly desk?: () => DeskStatus | undefined;
  /** What was refused and decided; left out where nothing is audited. */
  readonly audited?: () => AuditReading;
  /** How far the views are; left out where another process keeps them. */
  readonly views?: () => FollowerStatus;
  /** How the plant does; left out where another process keeps the views. */
  readonly plant?: PlantFigureReading;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** The metrics of a data center. */
export interface IngestMetrics {
  /** Is to be told of every commit. */
  readonly observer: IngestObserver;
  /** Everything in Prometheus' text format. */
  text(): Promise<string>;
}

/** Metrics of ingest and of the process, in a registry of their own. */
export function ingestMetrics(sources: MetricSources): IngestMetrics {
  const registry = new Registry();
  const ledger = new PublisherLedger(sources.knowsMachine);
  // What is missing stays missing over a restart, whether its publisher speaks again or not. The ledger forgets what it
  // was told first.
  ledger.take([...(sources.known ?? [])].reverse());
  const counters = new CommitCounters(registry, sources.now ?? Date.now);
  registerPublisherGauges(registry, ledger);
  registerStateGauges(registry, sources);
  registerOutputCounter(registry, sources.outputLost ?? (() => 0));
  if (sources.views !== undefined) registerViewsMetrics(registry, sources.views, sources.now);
  if (sources.audited !== undefined) registerAuditMetrics(registry, sources.audited);
  if (sources.notified !== undefined) registerNotifyMetrics(registry, sources.notified);
  if (sources.desk !== undefined) registerDeskMetrics(registry, sources.desk);
  if (sources.plant !== undefined) registerPlantMetrics(registry, sources.plant);
  collectDefaultMetrics({ register: registry });
  registerHeapGauge(registry);
  return {
    observer: observers(counters, {
      committed: ({ sequences }) => ledger.take(sequences),
      replayed: ({ sequences }) => ledger.take(sequences),
      commitFailed: () => {},
    }),
    text: () => registry.metrics(),
  };
}

/** Of several authorities or lists the one that ends first: a label for each would be as many as there are files. */
function registerExpiryGauge(registry: Registry, expiries: NonNullable<MetricSources["expiries"]>): void {
  new Gauge({
    name: "conche_broker_certificate_end_timestamp_seconds",
    help: "When what TLS stands on ends, seconds since 1970: the embedded broker's certificate, client-ca, crl; http-certificate",
    labelNames: ["what"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [what, group] of Map.groupBy(expiries(), (one) => one.what))
        this.set({ what }, Math.min(...group.map(({ endsMs }) => endsMs)) / 1_000);
    },
  });
}

function registerStateGauges(registry: Registry, sources: MetricSources): void {
  const { brokerConnections, health } = sources;
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge("conche_ready", "1 while messages are taken and committed, 0 when not", () => Number(health().ready));
  gauge("conche_messages_waiting", "Messages accepted and not yet on disk", sources.waiting);
  gauge("conche_log_size_bytes", "Size of the log on disk with its write-ahead log", sources.logBytes);
  gauge(
    "conche_log_wal_bytes",
    "Size of the write-ahead log; over 100 MB, a program holds on to an old state of the log",
    sources.walBytes,
  );
  registerRoomGauges(registry, sources);
  new Gauge({
    name: "conche_quarantine_messages",
    help: "Messages in quarantine, by what became of them: open, replayed, corrected, dismissed",
    labelNames: ["state"],
    registers: [registry],
    collect() {
      for (const [state, messages] of Object.entries(sources.quarantine().count))
        this.set({ state }, messages);
    },
  });
  gauge("conche_quarantine_bytes", "What quarantine holds", () => sources.quarantine().bytes);
  gauge("conche_quarantine_limit_bytes", "What quarantine may hold", () => sources.quarantine().limit.bytes);
  gauge(
    "conche_quarantine_dropped",
    "Messages that quarantine let go of before they were replayed, since the log was made",
    () => sources.quarantine().dropped,
  );
  if (brokerConnections !== undefined) {
    gauge("conche_broker_connections", "Open connections of the embedded broker", brokerConnections);
  }
  const { sessionsLost, expiries } = sources;
  if (expiries !== undefined) registerExpiryGauge(registry, expiries);
  if (sessionsLost !== undefined) {
    new Counter({
      name: "conche_broker_sessions_lost_total",
      help: "Times that the broker had lost our session, with what it should have kept; when: conche report completeness",
      registers: [registry],
      collect() {
        this.reset();
        this.inc(sessionsLost());
      },
    });
  }
  new Gauge({
    name: "conche_kept_entries",
    help: "Entries of what is kept in memory; each has a bound (docs/bounds.md)",
    labelNames: ["what"],
    registers: [registry],
    collect() {
      for (const [what, entries] of Object.entries(sources.kept())) this.set({ what }, entries);
    },
  });
  new Gauge({
    name: "conche_check_ok",
    help: "1 where a check of /readyz is fine, 0 where it isn't",
    labelNames: ["check"],
    registers: [registry],
    collect() {
      for (const { name, ok } of health().checks) this.set({ check: name }, Number(ok));
    },
  });
  new Gauge({
    name: "conche_build_info",
    help: "Always 1; the labels say which program this is",
    labelNames: ["version", "node"],
    registers: [registry],
  }).set({ version: sources.version, node: process.version }, 1);
}

/** Room and growth; what can't be told has no value. */
function registerRoomGauges(registry: Registry, { freeBytes, growth }: MetricSources): void {
  const gauge = (name: string, help: string, value: () => number | undefined) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const known = value();
        if (known === undefined) this.remove();
        else this.set(known);
      },
    });
  gauge("conche_disk_free_bytes", "What is free on the disk of the log", () => freeBytes?.());
  gauge(
    "conche_log_growth_bytes_per_day",
    "How fast the log grew in the day before its newest message",
    () => growth?.()?.bytesPerDay,
  );
  gauge(
    "conche_disk_full_seconds",
    "After how many seconds the disk of the log is full, at the rate of its last day",
    () => {
      const [free, rate] = [freeBytes?.(), growth?.()];
      return free === undefined || rate === undefined ? undefined : daysUntilFull(free, rate) * 86_400;
    },
  );
}
