import { resolve } from "node:path";
import { startHealthServer } from "../../adapters/http/health-server.ts";
import { forwardMetrics } from "../../adapters/prometheus/forward-metrics.ts";
import { LocalSession } from "../../adapters/sqlite/outbox/local-session.ts";
import { SqliteOutbox } from "../../adapters/sqlite/outbox/outbox-sqlite.ts";
import { ForwardConsole } from "../../adapters/terminal/forward-console.ts";
import type { Terminal } from "../../adapters/terminal/terminal.ts";
import type { Config } from "../../config/config-schema.ts";
import { packageVersion } from "../../config/package-root.ts";
import { machineKeyOf } from "../../contract/topic.ts";
import type { EdgeMachine } from "../../edge/edge-machine.ts";
import { DownFlow } from "../../edge/forwarding/down-flow.ts";
import type { ForwardStatus } from "../../edge/forwarding/forward-status.ts";
import { Forwarder } from "../../edge/forwarding/forwarder.ts";
import type { ConcheError } from "../../errors/conche-error.ts";
import type { HealthReport } from "../../ingest/health.ts";
import { shownAddress } from "../../mqtt/broker-address.ts";
import type { Plant } from "../../plant/plant.ts";
import { SYSTEM_CLOCK } from "../../time/system-clock.ts";
import { AuditLog } from "../audit/audit-log.ts";
import { authority } from "../broker/delivery.ts";
import { forwarderAccess } from "../http-access.ts";
import { withOutputCheck } from "../output-check.ts";
import { warnOfOpenFiles } from "../secret-files.ts";
import { httpAddress, httpCertificates } from "../tls/http-certificates.ts";
import { chooseLocalSide, type LocalSide } from "./local-side.ts";
import { type Names, namesOf } from "./names.ts";
import { forwarderNotice } from "./notices.ts";
import { type ForwardingRole, requireTwoSides } from "./sides.ts";
import { openUpperSide, type UpperSide } from "./upper-side.ts";

/** What an edge or bridge is run with. */
export interface ForwardingRunOptions {
  readonly role: ForwardingRole;
  readonly config: Config;
  readonly terminal: Terminal;
  /** Reads the plant file: who may speak at an edge's own broker, where that has access rules. */
  readonly readPlant: () => Promise<Plant>;
}

/** A running edge or bridge. */
export interface ForwardingRun {
  /** Resolves when it can't go on. */
  readonly failed: Promise<ConcheError>;
  /** Takes no more, puts what was taken on disk, sends what can be sent soon, disconnects, shows the summary. */
  stop(): Promise<void>;
}

const DEFAULT_OUTBOX = "outbox";
/** Longest that a stop waits for the disk, and then for receipts, milliseconds. */
const LAST_COMMITS_MS = 5_000;
const LAST_RECEIPTS_MS = 3_000;

const STARTING: HealthReport = {
  alive: true,
  ready: false,
  checks: [{ name: "start", ok: false, detail: "starting" }],
};

/**
 * Opens the outbox, then the health server, the connection up, the local side, in this order. What was opened is
 * closed again when a later part fails.
 * @throws ConcheError CONCHE_USAGE, CONCHE_BRIDGE_LOOP, CONCHE_OUTBOX_…, CONCHE_PORT_…, CONCHE_CONFIG_INVALID …
 */
export async function runForwarding({
  role,
  config,
  terminal,
  readPlant,
}: ForwardingRunOptions): Promise<ForwardingRun> {
  requireTwoSides(role, config);
  const mode = config.json ? "json" : "lines";
  const view = new ForwardConsole({ terminal, mode, quiet: config.quiet, now: () => performance.now() });
  const { promise: failed, resolve: fail } = Promise.withResolvers<ConcheError>();
  const opened = new AsyncDisposableStack();
  let failure: ConcheError | undefined;
  const onFatal = (error: ConcheError) => {
    failure ??= error;
    fail(error);
  };
  try {
    const { telemetryBytes } = config.forwarding;
    const folder = config.outbox ?? resolve(DEFAULT_OUTBOX);
    const outbox = await SqliteOutbox.open({ folder, telemetryBytes }, Date.now());
    opened.defer(() => outbox.close());
    const audit = new AuditLog(folder, (notice) => view.notice(notice));
    opened.defer(() => audit.close());
    const names = namesOf(role, config, outbox.memory.id);
    let running: Running | undefined;
    const status = () => running?.status();
    const health = () =>
      withOutputCheck(running === undefined ? STARTING : running.health(failure), terminal);
    const metrics = forwardMetrics({
      version: packageVersion(),
      health,
      status,
      oldest: () => outbox.oldest(),
      telemetryLimitBytes: telemetryBytes,
      outputLost: () => terminal.loss?.writes ?? 0,
      audited: () => audit.figures(),
    });
    const tls = await httpCertificates(config, (notice) => view.notice(notice), audit);
    const access = forwarderAccess(folder, config.http, audit);
    opened.defer(() => access.close());
    const server = await startHealthServer({ ...config.http, tls, health, metrics, access });
    opened.defer(() => server.close());
    const sessions = new LocalSession(folder);
    running = await Running.start({
      ...{ config, readPlant, audit, names, outbox, sessions, view, onFatal },
    });
    opened.defer(() => running?.stop());
    view.opened(
      {
        version: packageVersion(),
        pid: process.pid,
        ...running.local.addresses(),
        cloud: shownAddress(config.cloud.url ?? ""),
        outbox: folder,
        gateway: machineKeyOf(names.gateway),
        http: httpAddress(config, authority(config.http.host, server.port)),
        next: [["Ctrl-C", "put everything on disk and stop"]],
      },
      running.status,
    );
    const last = running;
    await warnOfOpenFiles(config, folder, (notice) => view.notice(notice));
    return {
      failed,
      stop: async () => {
        await opened.disposeAsync();
        view.closed(last.status());
      },
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

interface RunningForwardingDependencies {
  readonly config: Config;
  readonly readPlant: () => Promise<Plant>;
  readonly audit: AuditLog;
  readonly names: Names;
  readonly outbox: SqliteOutbox;
  readonly sessions: LocalSession;
  readonly view: ForwardConsole;
  readonly onFatal: (error: ConcheError) => void;
}

/** The two sides and what is between them, between start and stop. */
class Running {
  readonly #upper: UpperSide;
  readonly local: LocalSide;
  readonly #forwarder: Forwarder;
  readonly #down: DownFlow;
  readonly #voice: EdgeMachine;

  private constructor(
    upper: UpperSide,
    local: LocalSide,
    forwarder: Forwarder,
    down: DownFlow,
    voice: EdgeMachine,
  ) {
    this.#upper = upper;
    this.local = local;
    this.#forwarder = forwarder;
    this.#down = down;
    this.#voice = voice;
  }

  static async start({
    config,
    readPlant,
    audit,
    names,
    outbox,
    sessions,
    view,
    onFatal,
  }: RunningForwardingDependencies): Promise<Running> {
    const { hop, gateway } = names;
    const down: DownFlow = new DownFlow({
      hop,
      clock: SYSTEM_CLOCK,
      publish: (message) => local.delivery.publish(message),
      dropped: (topic) =>
        view.notice({
          level: "warning",
          code: "command-dropped",
          text: `too many commands wait for the local broker: one on ${topic} is gone`,
        }),
      expired: (topic) =>
        view.notice({
          level: "warning",
          code: "command-expired",
          text: `a message on ${topic} expired before the local broker could have it`,
        }),
    });
    const upper = await openUpperSide({
      config,
      names,
      outbox,
      view,
      onFatal,
      received: (arrival) => down.received(arrival),
    });
    const forwarder: Forwarder = new Forwarder({
      hop,
      gateway,
      edge: upper.edge,
      clock: SYSTEM_CLOCK,
      wallClock: Date.now,
      transfers: outbox.memory.transfers,
      onEvent: forwarderNotice(config, view, onFatal),
    });
    const local = await chooseLocalSide(
      { config, readPlant, audit, names, view, onFatal, states: outbox.memory.states, sessions },
      {
        sessionEnded: () => forwarder.endSender(""),
        back: () => down.again(),
      },
    );
    try {
      const voice = await upper.edge.machine(gateway);
      await local.delivery.start(forwarder);
      // Only now: one that can't start must not stand there as ONLINE. Where it isn't possible, the outbox is full or has
      // failed, and an event has said so.
      await voice.publish("state", { ts: new Date().toISOString(), state: "ONLINE" }).catch(() => {});
      local.started();
      return new Running(upper, local, forwarder, down, voice);
    } catch (error) {
      local.close();
      await upper.edge.close();
      throw error;
    }
  }

  readonly status = (): ForwardStatus => {
    const edge = this.#upper.edge.status();
    const { ready, detail } = this.local.delivery.status();
    const [connection] = edge.connections;
    return {
      local: { up: ready, detail },
      cloud: { up: connection?.connected ?? false, detail: connection?.detail ?? "closed" },
      counts: this.#forwarder.counts,
      down: this.#down.counts,
      unsettled: this.#forwarder.unsettled,
      sessionsLost: this.local.sessionsLost(),
      edge,
    };
  };

  /** Ready while messages are taken: that the cloud is away is what the outbox is for. */
  health(failure: ConcheError | undefined): HealthReport {
    const { local, cloud } = this.status();
    const hindrance = failure ?? this.#forwarder.hindrance;
    const detail = hindrance === undefined ? "takes messages" : `${hindrance.code}: ${hindrance.message}`;
    return {
      alive: failure === undefined,
      ready: local.up && hindrance === undefined,
      checks: [
        { name: "local", ok: local.up, detail: local.detail },
        { name: "cloud", ok: cloud.up, detail: cloud.detail },
        { name: "outbox", ok: hindrance === undefined, detail },
      ],
    };
  }

  async stop(): Promise<void> {
    const { edge } = this.#upper;
    await this.local.delivery.pause();
    await within(LAST_COMMITS_MS, this.#forwarder.drained());
    this.#forwarder.close();
    const ts = new Date().toISOString();
    await within(
      LAST_COMMITS_MS,
      this.#voice.publish("state", { ts, state: "OFFLINE" }).catch(() => {}),
    );
    if (this.status().cloud.up) await within(LAST_RECEIPTS_MS, edge.drained());
    this.#down.close();
    await this.local.delivery.stop();
    this.local.close();
    await edge.close();
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
