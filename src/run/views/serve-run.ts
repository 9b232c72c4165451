import { startHealthServer } from "../../adapters/http/health-server.ts";
import { viewsMetrics } from "../../adapters/prometheus/views-metrics.ts";
import { LogReader } from "../../adapters/sqlite/log/log-reader.ts";
import { type Notice, Notices } from "../../adapters/terminal/notices.ts";
import { sanitizeLine } from "../../adapters/terminal/sanitize.ts";
import type { Terminal } from "../../adapters/terminal/terminal.ts";
import { withDeskCheck } from "../../api/desk.ts";
import type { Config } from "../../config/config-schema.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import type { HealthReport } from "../../ingest/health.ts";
import type { Plant } from "../../plant/plant.ts";
import { AuditLog } from "../audit/audit-log.ts";
import { authority } from "../broker/delivery.ts";
import { LazyDesk } from "../desk.ts";
import { httpAccess } from "../http-access.ts";
import { hostsOf, identityProvider } from "../identity-provider.ts";
import { startNotifier } from "../notify/notifier-run.ts";
import { DeskCertificates } from "../tls/desk-certificates.ts";
import { httpAddress, httpCertificates } from "../tls/http-certificates.ts";
import { ViewsRun } from "./views-run.ts";

/** What `conche serve` is run with. */
export interface ServeOptions {
  readonly config: Config;
  readonly terminal: Terminal;
  readonly plant: Plant;
}

/**
 * Views and API over the log of a data folder.
 * @throws ConcheError CONCHE_LOG_MISSING and others that reading a log gives; CONCHE_PORT_…
 */
export async function runServe({
  config,
  terminal,
  plant,
}: ServeOptions): Promise<{ stop(): Promise<void> }> {
  // What can't be read now is said now; what happens to it later, when it happens.
  LogReader.open(config.data).close();
  const notices = new Notices({ terminal, mode: config.json ? "json" : "lines", quiet: config.quiet });
  const say = (event: string, fields: Readonly<Record<string, unknown>>, lines: readonly string[]) =>
    config.json ? notices.event(event, fields) : notices.block(lines);
  const { url } = config.broker;
  const parts = new AsyncDisposableStack();
  try {
    const notice = (told: Notice) => notices.say(told);
    const audit = new AuditLog(config.data, notice);
    parts.defer(() => audit.close());
    const tls = await httpCertificates(config, notice, audit);
    const desks = await DeskCertificates.open(config, plant, tls, audit);
    parts.defer(() => desks?.close());
    const access = httpAccess(config, audit, notice, { desks, provider: await identityProvider(config) });
    parts.defer(() => access.close());
    const desk = url === null ? undefined : new LazyDesk(config, "dashboard", () => url, notice);
    const health = () => withDeskCheck(healthOf(config.data, views), desk);
    const views: ViewsRun = new ViewsRun({
      ...{ config, plant, health, desk, onNotice: notice },
      logEnd: () => readLog(config.data).end,
    });
    parts.defer(() => views.stop());
    const notifier = await startNotifier({ config, plant, views, health }, notice);
    parts.defer(() => notifier?.stop());
    const server = await startHealthServer({
      ...config.http,
      trustedHosts: hostsOf(config),
      tls,
      health,
      metrics: viewsMetrics({
        status: () => views.status(),
        plant: views.figures,
        audited: () => audit.figures(),
        ...(notifier === undefined ? {} : { notified: () => notifier.state() }),
        ...(desk === undefined ? {} : { desk: () => desk.status() }),
      }),
      api: views.api,
      access,
      dashboard: views.dashboard,
    });
    parts.defer(() => server.close());
    views.resume();
    const http = httpAddress(config, authority(config.http.host, server.port));
    say("started", { dashboard: `${http}/`, http, data: config.data, pid: process.pid }, [
      `dashboard of ${sanitizeLine(config.data)}`,
      `  ${http}/   open it in a browser`,
      `  ${http}/api/views   how far the views are`,
      `  ${http}/api/openapi.json   what there is to ask (docs/api.md)`,
      "  Ctrl-C   stop",
    ]);
    return {
      async stop() {
        await parts.disposeAsync();
        say("stopped", {}, ["stopped"]);
      },
    };
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

/** Alive as long as it answers; ready when the log can be read and every view has come to its end once. */
function healthOf(folder: string, views: ViewsRun): HealthReport {
  const { end, ...log } = readLog(folder);
  const { ok, detail, answering } = views.standing(end);
  return {
    alive: true,
    ready: log.ok && answering,
    checks: [
      { name: "log", ...log },
      { name: "views", ok, detail },
    ],
  };
}

/** Whether a log can be read, and where it ends; what can't be read has no end. */
function readLog(folder: string): { ok: boolean; detail: string; end: number } {
  try {
    const log = LogReader.open(folder);
    try {
      return { ok: true, detail: "it can be read", end: log.end().id };
    } finally {
      log.close();
    }
  } catch (error) {
    const code = error instanceof ConcheError ? `${error.code}: ` : "";
    return { ok: false, detail: `${code}${messageOf(error)}`, end: 0 };
  }
}
