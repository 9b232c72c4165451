import { resolve } from "node:path";
import { freeSpace } from "../../adapters/host/probes.ts";
import { startHealthServer } from "../../adapters/http/health-server.ts";
import { ingestMetrics, type MetricSources } from "../../adapters/prometheus/ingest-metrics.ts";
import { LEDGER_LIMIT } from "../../adapters/prometheus/publisher-ledger.ts";
import { openMessageLog } from "../../adapters/sqlite/log/open-message-log.ts";
import type { SqliteMessageLog } from "../../adapters/sqlite/log/sqlite-message-log.ts";
import { IngestConsole } from "../../adapters/terminal/ingest-console.ts";
import type { Terminal } from "../../adapters/terminal/terminal.ts";
import { withDeskCheck } from "../../api/desk.ts";
import type { Config } from "../../config/config-schema.ts";
import { packageVersion } from "../../config/package-root.ts";
import type { ConcheError } from "../../errors/conche-error.ts";
import { DataCenter } from "../../ingest/data-center.ts";
import type { HealthReport } from "../../ingest/health.ts";
import type { Ingester } from "../../ingest/ingester.ts";
import { observers } from "../../ingest/observer.ts";
import type { QuarantineLimit } from "../../log/quarantine-room.ts";
import type { Plant } from "../../plant/plant.ts";
import { plausibilityOf } from "../../plant/plausibility.ts";
import { AuditLog } from "../audit/audit-log.ts";
import { authority, type ChosenDelivery, chooseDelivery, ownAddress } from "../broker/delivery.ts";
import { WatchedPolicy } from "../broker/watched-policy.ts";
import { LazyDesk, sendLeftInShell } from "../desk.ts";
import type { FirstLogin } from "../first-login.ts";
import { httpAccess } from "../http-access.ts";
import { hostsOf, identityProvider } from "../identity-provider.ts";
import { startNotifier } from "../notify/notifier-run.ts";
import { withOutputCheck } from "../output-check.ts";
import { warnOfOpenFiles } from "../secret-files.ts";
import { signerOf } from "../signing.ts";
import { DeskCertificates } from "../tls/desk-certificates.ts";
import { httpAddress, httpCertificates } from "../tls/http-certificates.ts";
import type { ServerCertificates } from "../tls/server-certificates.ts";
import { ownAccess, quarantineWork } from "../views/quarantine-work.ts";
import { ViewsRun } from "../views/views-run.ts";

/** What a data center is run with. */
export interface DataCenterRunOptions {
  readonly config: Config;
  readonly terminal: Terminal;
  readonly plant: Plant;
  /** Reads the plant anew: access rules follow its file. */
  readonly readPlant: () => Promise<Plant>;
  /** Prepares how the first person logs in, once everything runs: a token is shown only once. */
  readonly firstLogin?: (() => FirstLogin) | undefined;
  /** The simulation in a line, where one is attached. */
  readonly simulation?: string;
}

/** A running data center, its console and its health server. */
export interface DataCenterRun {
  readonly console: IngestConsole;
  readonly log: SqliteMessageLog;
  readonly ingester: Ingester;
  /** The embedded broker's address; undefined with another broker. */
  readonly mqttUrl: string | undefined;
  /** Lets the views wait, or go on: nothing is folded while the processor is needed elsewhere. */
  holdViews(held: boolean): void;
  /** Resolves when the log can't be written any more. */
  readonly failed: Promise<ConcheError>;
  /** Drains, closes everything, shows the summary. */
  stop(): Promise<void>;
}

const STARTING: HealthReport = {
  alive: true,
  ready: false,
  checks: [{ name: "start", ok: false, detail: "the data center is starting" }],
};

/**
 * Opens the log, starts delivery, ingest, health and console, in this order. What was opened is closed again when a
 * later part fails.
 * @throws ConcheError whatever keeps a part from starting: CONCHE_LOG_…, CONCHE_PORT_…, CONCHE_BIND_UNPROTECTED …
 */
export async function runDataCenter(options: DataCenterRunOptions): Promise<DataCenterRun> {
  const { config, terminal, plant } = options;
  const mode = config.json ? "json" : "lines";
  const view = new IngestConsole({
    terminal,
    mode,
    quiet: config.quiet,
    messages: config.messages,
    now: () => performance.now(),
    unitOf: (machine, tag) => plant.machine(machine)?.definition.tags[tag]?.unit,
  });
  const opened = new AsyncDisposableStack();
  try {
    const log = await openMessageLog(config.data, { quarantine: limitOf(config) });
    opened.defer(() => log.close());
    const audit = new AuditLog(config.data, (notice) => view.notice(notice));
    opened.defer(() => audit.close());
    const tls = await httpCertificates(config, (notice) => view.notice(notice), audit);
    const desks = await DeskCertificates.open(config, plant, tls, audit);
    opened.defer(() => desks?.close());
    const provider = await identityProvider(config);
    const access = httpAccess(config, audit, (notice) => view.notice(notice), { desks, provider });
    opened.defer(() => access.close());
    const policy = await WatchedPolicy.open({
      config,
      readPlant: options.readPlant,
      notice: (notice) => view.notice(notice),
      audit,
    });
    if (policy !== undefined) opened.defer(() => policy.stop());
    const chosen = await chooseDelivery(
      config,
      { retained: log.brokerRetained(), sessions: log.brokerSessions() },
      (notice) => {
        if (notice !== undefined) view.notice(notice);
      },
      log.sessions,
      { rules: policy?.rules, audit },
    );
    let center: DataCenter | undefined;
    const started = Promise.withResolvers<Ingester>();
    const knowsMachine = plant.hasMachine;
    const desk =
      config.views.use === "off"
        ? undefined
        : new LazyDesk(
            config,
            "dashboard",
            () => config.broker.url ?? ownAddress(chosen.addresses().mqtt ?? ""),
            (notice) => view.notice(notice),
          );
    const health = () =>
      withDeskCheck(withViewsCheck(withOutputCheck(center?.health() ?? STARTING, terminal), views), desk);
    const views: ViewsRun | undefined =
      desk === undefined
        ? undefined
        : new ViewsRun({
            ...{ config, plant, health, desk },
            logEnd: () => log.end().id,
            onNotice: (notice) => view.notice(notice),
            quarantine: quarantineWork(
              plant,
              ownAccess(config.data, log, () => started.promise),
              config.data,
            ),
          });
    if (views !== undefined) opened.defer(() => views.stop());
    const notifier = await startNotifier({ config, plant, views, health }, (notice) => view.notice(notice));
    if (notifier !== undefined) opened.defer(() => notifier.stop());
    const metrics = ingestMetrics({
      version: packageVersion(),
      knowsMachine,
      known: await log.latestSequences(LEDGER_LIMIT),
      health,
      waiting: () => center?.ingester.unsettled ?? 0,
      logBytes: () => log.sizeBytes(),
      walBytes: () => log.walBytes(),
      growth: () => log.growth(),
      freeBytes: () => freeSpace(config.data),
      ...(chosen.sessionsLost === undefined ? {} : { sessionsLost: chosen.sessionsLost }),
      outputLost: () => terminal.loss?.writes ?? 0,
      quarantine: () => log.quarantineRoom(),
      audited: () => audit.figures(),
      kept: () => ({ ...center?.kept, ...chosen.kept(), ...access.kept() }),
      ...(chosen.connections === undefined ? {} : { brokerConnections: chosen.connections }),
      ...expiriesOf(chosen, tls),
      ...(views === undefined ? {} : { views: () => views.status(), plant: views.figures }),
      ...(notifier === undefined ? {} : { notified: () => notifier.state() }),
      ...(desk === undefined ? {} : { desk: () => desk.status() }),
    });
    // Before the delivery: whoever watches the start must be able to ask.
    const server = await startHealthServer({
      ...config.http,
      trustedHosts: hostsOf(config),
      tls,
      health,
      metrics: () => metrics.text(),
      access,
      ...(views === undefined ? {} : { api: views.api, dashboard: views.dashboard }),
    });
    opened.defer(() => server.close());
    const { promise: failed, resolve: fail } = Promise.withResolvers<ConcheError>();
    center = await DataCenter.start({
      log,
      delivery: chosen.delivery,
      ...(chosen.sessionChanges === undefined ? {} : { sessionChanges: chosen.sessionChanges }),
      observer: observers(metrics.observer, view),
      knowsMachine,
      plausibility: plausibilityOf(plant),
      machines: plant.machines.map(({ key }) => key),
      signer: signerOf(config),
      now: Date.now,
      onFatal: fail,
    });
    const running = center;
    started.resolve(center.ingester);
    opened.defer(() => running.stop());
    opened.defer(() => desk?.hush());
    views?.resume();
    const url = config.broker.url ?? ownAddress(chosen.addresses().mqtt ?? "");
    opened.defer(sendLeftInShell(config, url, (notice) => view.notice(notice)));
    view.opened(whereabouts(options, chosen, httpAddress(config, authority(config.http.host, server.port))));
    // What keeps it from starting comes first, and alone.
    await warnOfOpenFiles(config, config.data, (notice) => view.notice(notice));
    return {
      console: view,
      log,
      ingester: center.ingester,
      mqttUrl: ownUrl(chosen),
      holdViews: (held) => views?.hold(held),
      failed,
      stop: async () => {
        await opened.disposeAsync();
        view.closed();
      },
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** A health report with a word on the views. Storing needs none of them, and starting anew mends nothing about them. */
function withViewsCheck(report: HealthReport, views: ViewsRun | undefined): HealthReport {
  if (views === undefined) return report;
  const { ok, detail } = views.standing();
  return { ...report, checks: [...report.checks, { name: "views", ok, detail }] };
}

/** What ends of the certificates of broker and HTTP server, where there are any. */
function expiriesOf(
  { expiries }: ChosenDelivery,
  tls: ServerCertificates | undefined,
): Pick<MetricSources, "expiries"> {
  if (expiries === undefined && tls === undefined) return {};
  return {
    expiries: () => [
      ...(expiries?.() ?? []),
      ...(tls?.expiries() ?? []).map((one) => ({ ...one, what: "http-certificate" })),
    ],
  };
}

function ownUrl(chosen: ChosenDelivery): string | undefined {
  const { mqtt } = chosen.addresses();
  return mqtt === undefined ? undefined : ownAddress(mqtt);
}

function limitOf({ quarantine }: Config): QuarantineLimit {
  return { bytes: quarantine.limitBytes, whenFull: quarantine.whenFull === "drop" ? "drop" : "stop" };
}

function whereabouts(
  { config, plant, simulation, firstLogin }: DataCenterRunOptions,
  chosen: ChosenDelivery,
  http: string,
) {
  const folder = config.data;
  const login = firstLogin?.();
  // The commands look into ./data unless told otherwise.
  const where = folder === resolve("data") ? "" : ` --data ${folder}`;
  return {
    version: packageVersion(),
    pid: process.pid,
    // Without views there is nothing that it could show.
    dashboard: config.views.use === "off" ? undefined : `${http}/${login?.fragment ?? ""}`,
    login: login?.said,
    token: login?.token,
    ...chosen.addresses(),
    http,
    data: folder,
    plant: plantInALine(config.plant, plant),
    simulation,
    next: [
      [`npx conche log tail${where}`, "the newest messages"],
      [`npx conche verify${where}`, "is every message accounted for?"],
      ["Ctrl-C", "drain and stop"],
    ] as const,
  };
}

function plantInALine(file: string, { document, lines, machines }: Plant): string {
  const sites = document.sites.map(({ id }) => id).join(", ");
  return `${file}: ${sites}, ${lines.length} line${lines.length === 1 ? "" : "s"}, ${machines.length} machines`;
}
