import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ApiSource } from "../../adapters/http/api-pages.ts";
import { viewsFiles } from "../../adapters/sqlite/database/database-files.ts";
import { ApiWorker } from "../../adapters/worker-threads/api-worker.ts";
import { FollowerWorker } from "../../adapters/worker-threads/follower-worker.ts";
import type { ApiRequest } from "../../api/door.ts";
import { addressSpaceOf } from "../../api/i3x/address-space.ts";
import { i3xInfo } from "../../api/i3x/questions.ts";
import { SubscriptionDoor } from "../../api/i3x/subscription-door.ts";
import { Subscriptions } from "../../api/i3x/subscriptions.ts";
import { UpdatePump } from "../../api/i3x/update-pump.ts";
import { LiveChanges } from "../../api/live.ts";
import { openApi } from "../../api/openapi.ts";
import { PlantFiguresSource } from "../../api/plant-figures.ts";
import type { QuarantineWork } from "../../api/quarantine-work.ts";
import { ROUTES } from "../../api/routes.ts";
import type { Config } from "../../config/config-schema.ts";
import { PACKAGE_ROOT, packageVersion } from "../../config/package-root.ts";
import type { HealthReport } from "../../ingest/health.ts";
import type { Plant } from "../../plant/plant.ts";
import { type FollowerStatus, leading } from "../../views/follower-status.ts";
import { type ViewsStanding, viewsStanding } from "../../views/views-standing.ts";
import type { LazyDesk } from "../desk.ts";
import type { ViewsNotice } from "./following-run.ts";

/** What views and API are run with. */
export interface ViewsRunOptions {
  readonly config: Config;
  readonly plant: Plant;
  readonly health: () => HealthReport;
  /** The id of the newest message of the log. */
  readonly logEnd: () => number;
  readonly onNotice: (notice: ViewsNotice) => void;
  /** Publishes what people do; without it the API takes no actions. */
  readonly desk?: LazyDesk | undefined;
  /** What is done about quarantine, where this process writes the log; without it whoever may open the log does it. */
  readonly quarantine?: QuarantineWork | undefined;
}

const NOTHING: FollowerStatus = { logEnd: 0, views: [] };
const MIB = 1024 * 1024;

/** The sources run as TypeScript, the package as JavaScript; a thread is a file of the same kind. */
function threadFile(name: string): URL {
  return new URL(`./${name}${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
}

function after(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  timer.unref();
  return () => clearTimeout(timer);
}

/** The views of a data folder and the API over them, in threads of their own. */
export class ViewsRun {
  readonly api: ApiSource;
  /** How the plant does, for metrics. */
  readonly figures: PlantFiguresSource;
  /** The folder of the built dashboard, where there is one. */
  readonly dashboard = join(PACKAGE_ROOT, "dashboard", "dist");
  readonly #follower: FollowerWorker;
  readonly #answering: ApiWorker;
  readonly #desk: LazyDesk | undefined;
  readonly #subscriptions: Subscriptions;
  readonly #pump: UpdatePump;
  readonly #folder: string;
  readonly #logEnd: () => number;
  #status: FollowerStatus = NOTHING;
  #stopped: string | undefined;

  constructor({ config, plant, health, logEnd, onNotice, desk, quarantine }: ViewsRunOptions) {
    const folder = config.data;
    this.#folder = folder;
    this.#logEnd = logEnd;
    this.#desk = desk;
    const live = new LiveChanges();
    this.#follower = new FollowerWorker(
      threadFile("follower-thread"),
      { folder, cacheBytes: config.views.cacheMb * MIB },
      {
        progress: (status, changes) => {
          this.#status = status;
          this.#stopped = undefined;
          // Where everything was in the views already, nothing changes: who follows still hears where that is.
          if (changes !== undefined) live.changed(changes);
          else if (
            live.position !== status.logEnd &&
            leading(status.views).every(({ lagMessages }) => lagMessages === 0)
          ) {
            live.changed({ position: status.logEnd, machines: undefined });
          }
        },
        notice: (notice) => {
          // Nothing is folded from a warning on until there is progress again.
          if (notice.level === "warning") this.#stopped = notice.text.replace(/^views: /, "");
          if (notice.anew === true) this.#status = NOTHING;
          onNotice(notice);
        },
      },
    );
    const version = packageVersion();
    const limitMs = config.views.timeLimitSeconds * 1_000;
    const order = { folder, plant: plant.document, version, limitMs, notifies: config.notify !== null };
    this.#answering = new ApiWorker({
      ...{ file: threadFile("api-thread"), order, after },
      performers: { desk, quarantine },
    });
    const ask = (request: ApiRequest, gone?: AbortSignal) => this.#answering.ask(request, health(), gone);
    this.figures = new PlantFiguresSource(ask);
    this.#subscriptions = new Subscriptions({
      space: addressSpaceOf(plant),
      now: () => performance.now(),
      newId: () => randomBytes(24).toString("base64url"),
    });
    this.#pump = new UpdatePump({ subscriptions: this.#subscriptions, live, ask, after });
    this.api = {
      routes: ROUTES,
      openApi: () => openApi(ROUTES, version),
      ask,
      live,
      i3x: {
        door: new SubscriptionDoor(this.#subscriptions, (subscription) =>
          this.#pump.registered(subscription),
        ),
        info: i3xInfo(plant, version),
      },
    };
  }

  /** Sends on what people did before a restart and the log has not confirmed: the broker is there from now on. */
  resume(): void {
    this.#desk?.resume();
  }

  /** How far the views are. While they are stopped the log goes on without them. */
  status(): FollowerStatus {
    if (this.#stopped === undefined) return this.#status;
    const logEnd = Math.max(this.#status.logEnd, this.#logEnd());
    const views = this.#status.views.map((view) => ({ ...view, lagMessages: logEnd - view.position }));
    return { logEnd, views };
  }

  /** How far behind the log they are and why, for health. */
  standing(logEnd = this.#logEnd()): ViewsStanding {
    return viewsStanding({
      status: this.#status,
      stopped: this.#stopped,
      there: existsSync(viewsFiles(this.#folder).database),
      logEnd,
    });
  }

  /** While held nothing is folded; what is asked is answered as of then. */
  hold(held: boolean): void {
    this.#follower.hold(held);
  }

  async stop(): Promise<void> {
    this.#pump.close();
    this.#subscriptions.close();
    await Promise.all([this.#follower.stop(), this.#answering.close()]);
    await this.#desk?.close();
  }
}
