import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { ForwardStatus } from "../../edge/forwarding/forward-status.ts";
import type { HealthReport } from "../../ingest/health.ts";
import { type AuditReading, registerAuditMetrics } from "./audit-metrics.ts";
import { registerHeapGauge, registerOutputCounter } from "./process-metrics.ts";

/** What the metrics of an edge or bridge ask when they are read. */
export interface ForwardMetricSources {
  /** The product's version. */
  readonly version: string;
  readonly health: () => HealthReport;
  /** Undefined before the start is over. */
  readonly status: () => ForwardStatus | undefined;
  /** When the oldest message in the outbox was handed over, milliseconds since 1970. */
  readonly oldest: () => Promise<number | undefined>;
  /** Most bytes of telemetry kept. */
  readonly telemetryLimitBytes: number;
  /** Writes to standard output that failed. */
  readonly outputLost?: () => number;
  /** What was refused; left out where nothing is audited. */
  readonly audited?: () => AuditReading;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

type Labels = Readonly<Record<string, string>>;
type Values = (status: ForwardStatus) => readonly (readonly [labels: Labels, value: number])[];

/** Metrics of an edge or bridge and of its process, in a registry of their own; gives Prometheus' text format. */
export function forwardMetrics(sources: ForwardMetricSources): () => Promise<string> {
  const registry = new Registry();
  registerCounters(registry, sources);
  if (sources.audited !== undefined) registerAuditMetrics(registry, sources.audited);
  registerOutbox(registry, sources);
  registerState(registry, sources);
  registerOutputCounter(registry, sources.outputLost ?? (() => 0));
  collectDefaultMetrics({ register: registry });
  registerHeapGauge(registry);
  return () => registry.metrics();
}

function registerCounters(registry: Registry, { status }: ForwardMetricSources): void {
  const counter = (name: string, help: string, labelNames: string[], values: Values) =>
    new Counter({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        const now = status();
        this.reset();
        if (now !== undefined) for (const [labels, value] of values(now)) this.inc(labels, value);
      },
    });
  counter(
    "conche_forward_messages_total",
    "Messages from the local side, by what became of them; received is the sum of the others and of what waits",
    ["outcome"],
    ({ counts }) => {
      const { received, taken, repeated, replayed, looped, dropped } = counts;
      return Object.entries({ received, taken, repeated, replayed, looped, dropped }).map(
        ([outcome, value]) => [{ outcome }, value] as const,
      );
    },
  );
  counter(
    "conche_forward_remarkable_total",
    "Taken messages that got a number or name of ours: outside the namespace, or under a number that was taken",
    ["what"],
    ({ counts: { misplaced, conflicts } }) => [
      [{ what: "misplaced" }, misplaced],
      [{ what: "conflict" }, conflicts],
    ],
  );
  counter("conche_forward_sent_total", "Messages sent up, live or from the outbox", ["how"], ({ edge }) => [
    [{ how: "live" }, edge.sentLive],
    [{ how: "outbox" }, edge.sentFromOutbox],
  ]);
  counter(
    "conche_forward_receipted_total",
    "Messages that a receipt of the data center covered",
    [],
    ({ edge }) => [[{}, edge.receipted]],
  );
  counter("conche_forward_telemetry_dropped_total", "Telemetry that made room for newer", [], ({ edge }) => [
    [{}, edge.telemetryDropped],
  ]);
  counter(
    "conche_forward_refused_total",
    "Messages the broker above refused; they are kept",
    [],
    ({ edge }) => [[{}, edge.refused]],
  );
  counter(
    "conche_forward_unheard_total",
    "Messages the broker above had no subscriber for; kept",
    [],
    ({ edge }) => [[{}, edge.unheard]],
  );
  counter(
    "conche_forward_sessions_lost_total",
    "Times that the machines' broker had lost our session, with what it should have kept; when: conche verify --outbox",
    [],
    ({ sessionsLost }) => [[{}, sessionsLost]],
  );
  counter(
    "conche_forward_distrusted_total",
    "Receipts and commands that nobody who is trusted had signed; they count for nothing",
    [],
    ({ edge }) => [[{}, edge.connections.reduce((sum, { distrusted }) => sum + distrusted, 0)]],
  );
  counter(
    "conche_forward_down_total",
    "Messages of the data center handed down, by kind",
    ["kind"],
    ({ down }) => [
      [{ kind: "receipt" }, down.receipts],
      [{ kind: "command" }, down.commands],
      [{ kind: "command_dropped" }, down.commandsDropped],
      [{ kind: "expired" }, down.expired],
      [{ kind: "looped" }, down.looped],
    ],
  );
}

function registerOutbox(registry: Registry, sources: ForwardMetricSources): void {
  const { status, oldest, telemetryLimitBytes, now = Date.now } = sources;
  const gauge = (name: string, help: string, labelNames: string[], values: Values) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        const current = status();
        if (current !== undefined) for (const [labels, value] of values(current)) this.set(labels, value);
      },
    });
  gauge(
    "conche_outbox_messages",
    "Messages that no receipt covers yet",
    ["kind"],
    ({ edge: { waiting } }) => [
      [{ kind: "durable" }, waiting.durable.messages],
      [{ kind: "telemetry" }, waiting.telemetry.messages],
    ],
  );
  gauge("conche_outbox_bytes", "Bytes that no receipt covers yet", ["kind"], ({ edge: { waiting } }) => [
    [{ kind: "durable" }, waiting.durable.bytes],
    [{ kind: "telemetry" }, waiting.telemetry.bytes],
  ]);
  gauge(
    "conche_forward_verifies_receipts",
    "1 where receipts have to be signed (--trusted-keys), 0 where anybody's are believed",
    [],
    ({ edge }) => [[{}, Number(edge.verifiesReceipts)]],
  );
  gauge("conche_outbox_limit_bytes", "Most bytes kept", ["kind"], ({ edge }) => [
    [{ kind: "durable" }, edge.outboxLimitBytes],
    [{ kind: "telemetry" }, telemetryLimitBytes],
  ]);
  gauge("conche_forward_waiting", "Messages received and not in the outbox yet", [], ({ unsettled }) => [
    [{}, unsettled],
  ]);
  gauge("conche_link_up", "1 while the side is connected, 0 when not", ["side"], ({ local, cloud }) => [
    [{ side: "local" }, Number(local.up)],
    [{ side: "cloud" }, Number(cloud.up)],
  ]);
  new Gauge({
    name: "conche_outbox_oldest_age_seconds",
    help: "Age of the oldest message that no receipt covers; 0 when there is none",
    registers: [registry],
    async collect() {
      const at = await oldest().catch(() => undefined);
      this.set(at === undefined ? 0 : Math.max(0, (now() - at) / 1_000));
    },
  });
}

function registerState(registry: Registry, { version, health }: ForwardMetricSources): void {
  new Gauge({
    name: "conche_ready",
    help: "1 while messages are taken, 0 when not",
    registers: [registry],
    collect() {
      this.set(Number(health().ready));
    },
  });
  new Gauge({
    name: "conche_build_info",
    help: "Always 1; the labels say which program this is",
    labelNames: ["version", "node"],
    registers: [registry],
  }).set({ version, node: process.version }, 1);
}
